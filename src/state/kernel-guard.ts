import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { lockWholeFile, unlockWholeFile } from '../durable/kernel-lock.ts';

/** An exclusive hold that the kernel itself ends with the process, however that dies, and never before. */
export interface KernelGuard {
  readonly kind: GuardKind;
  release(): Promise<void>;
}

export type GuardKind = 'file' | 'socket';

/** 'unsupported': not on this system; try another. */
export type TakeGuard = (
  fd: number,
  file: string,
) => Promise<KernelGuard | 'held elsewhere' | 'unsupported'>;

/** Best first: a file lock also holds between containers and over NFS. */
export const kernelGuards: readonly TakeGuard[] = [fileGuard, socketGuard];

/** An open file description lock (fcntl(2), F_OFD_SETLK) by the optional native package. */
export async function fileGuard(fd: number): ReturnType<TakeGuard> {
  const outcome = lockWholeFile(fd);
  if (outcome !== 'taken') return outcome;
  return { kind: 'file', release: async () => unlockWholeFile(fd) };
}

/** A socket in Linux's abstract namespace (unix(7)): no file that could be left behind. */
export async function socketGuard(fd: number, file: string): ReturnType<TakeGuard> {
  if (process.platform !== 'linux') return 'unsupported';
  const { dev, ino } = fs.fstatSync(fd);
  const identity = `${fs.realpathSync(file)}\n${dev}\n${ino}`;
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  try {
    const listening = once(server, 'listening');
    server.listen({ path: `\0popfetch-${name}`, exclusive: true });
    await listening;
  } catch (error) {
    return isErrno(error, 'EADDRINUSE') ? 'held elsewhere' : 'unsupported';
  }
  return {
    kind: 'socket',
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
