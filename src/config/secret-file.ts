import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Failure } from '../errors.ts';
import { shellWord } from '../util/shell-word.ts';
import { othersCanRead } from './file-safety.ts';

/** Octets. Far beyond any password or token, small enough to refuse a file named by mistake at once. */
const MOST = 64 * 1024;

export interface FileReader {
  readonly signal: AbortSignal;
  /** Undefined: do not look at the mode. */
  readonly uid: number | undefined;
}

/** What a password file holds, without one line end at its end. The file that is checked is the one that is read. */
export async function secretFile(path: string, { signal, uid }: FileReader): Promise<string> {
  const file = await opened(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refused(`${path} is not a regular file`);
    if (othersCanRead(stats, uid))
      throw refused(`others can read the password in ${path}`, `chmod 600 ${shellWord(path)}`);
    if (stats.size > MOST) throw refused(`${path} is too large for a password`);
    return oneLine(decoded(await file.readFile({ signal }), path));
  } finally {
    await file.close();
  }
}

/** Not waiting for a writer, should it be a FIFO. */
async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const reason = `${path}: ${reasons[code] ?? code}`;
    throw new Failure('secret_unavailable', `no password: ${reason}`, { reason, path }, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
};

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw refused(`the password in ${path} is not valid UTF-8`, undefined, error);
  }
}

function oneLine(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function refused(message: string, hint?: string, cause?: unknown): Failure {
  return new Failure('config', message, hint === undefined ? {} : { hint }, cause);
}
