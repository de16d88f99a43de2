import { type Stats, statSync } from 'node:fs';
import { extname, isAbsolute } from 'node:path';
import type { Environment } from '../util/environment.ts';
import { shellWord } from '../util/shell-word.ts';
import type { Config } from './config.ts';
import { configReader, type ReadFile, workingDirectory } from './explorer.ts';
import { othersCanRead, ownershipProblem } from './file-safety.ts';
import { whereabouts } from './places.ts';
import type { Problem } from './problem.ts';
import { shortPath } from './problem-text.ts';

export interface LoadRequest {
  /** From `--config`; `-` is standard input. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly home: string;
  /** Undefined where the system has none: then owners and modes are not checked. */
  readonly uid: number | undefined;
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** `/etc`, but for tests. */
  readonly etc?: string;
}

export type Loaded =
  | {
      readonly kind: 'config';
      readonly config: Config;
      readonly path: string;
      readonly text: string;
    }
  /** The files looked for, `~` for the home folder. */
  | { readonly kind: 'none'; readonly lookedFor: readonly string[] }
  | { readonly kind: 'problems'; readonly path: string; readonly problems: readonly Problem[] };

/**
 * Finds the configuration (SPEC 2.1: the first hit wins), checks that nobody else can write it, reads and validates
 * it. Never throws for what a user can mend: an unreadable or unsafe file is a problem too.
 */
export async function loadConfig(request: LoadRequest): Promise<Loaded> {
  const { file, env, home, etc = '/etc' } = request;
  const where = whereabouts({ file, env, home, etc, workingDirectory: workingDirectory() });
  switch (where.kind) {
    case 'stdin':
      return parsed(await textFrom(request.stdin), 'stdin', undefined, request);
    case 'named':
      return (await readAt(where.path, await configReader(), request)) ?? missing(where.path);
    case 'search': {
      const read = await configReader();
      for (const path of where.candidates) {
        const loaded = await readAt(path, read, request);
        if (loaded !== undefined) return loaded;
      }
      return { kind: 'none', lookedFor: where.principal.map((path) => shortPath(path, home)) };
    }
    default:
      return where satisfies never;
  }
}

async function textFrom(stdin: LoadRequest['stdin']): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin ?? [])
    chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Undefined when there is no such file. */
async function readAt(
  path: string,
  read: ReadFile,
  request: LoadRequest,
): Promise<Loaded | undefined> {
  if (!isAbsolute(path)) return problemWith(path, 'cannot be found: the working directory is gone');
  if (['.js', '.cjs', '.mjs', '.ts'].includes(extname(path)))
    return problemWith(path, 'is a program, and popfetch runs none', 'write it as YAML or JSON');
  let text: string;
  let stats: Stats;
  try {
    text = read(path);
    stats = statSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const permission = code === 'EACCES' || code === 'EPERM' ? permissionProblem : {};
    return problemWith(path, `cannot be read: ${reasons[code] ?? code}`, undefined, permission);
  }
  const unsafe = ownershipProblem(path, stats, request.uid);
  if (unsafe !== undefined) return { kind: 'problems', path, problems: [unsafe] };
  return parsed(text, path, stats, request);
}

async function parsed(
  text: string,
  path: string,
  stats: Stats | undefined,
  { home, uid }: LoadRequest,
): Promise<Loaded> {
  const { parseConfig } = await import('./parse.ts');
  const isExposed = stats !== undefined && othersCanRead(stats, uid);
  const toHide = isExposed ? `chmod 600 ${shellWord(path)}` : undefined;
  const read = parseConfig(text, path, { home, toHide });
  if (read.kind === 'config') return { ...read, path, text };
  if (toHide === undefined) return { ...read, path };
  const problems = read.problems.map((one) =>
    one.hint === toHide ? { ...one, ...permissionProblem } : one,
  );
  return { kind: 'problems', path, problems };
}

const permissionProblem = { isPermission: true } as const;

function missing(path: string): Loaded {
  return problemWith(path, 'no such file');
}

function problemWith(
  path: string,
  message: string,
  hint?: string,
  more: Partial<Problem> = {},
): Loaded {
  return { kind: 'problems', path, problems: [{ path, place: undefined, message, hint, ...more }] };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'too many symbolic links',
  EIO: 'the disk failed',
};

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return String(error.code);
}
