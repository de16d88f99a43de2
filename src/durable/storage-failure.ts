import { Failure, type FailureCode, type Phase } from '../errors.ts';

/**
 * What the system said about a file, as a failure that names the file. A failure stays as it is; what carries no
 * errno is a bug and becomes `internal`.
 */
export function storageFailure(
  error: unknown,
  path: string,
  phase: Extract<Phase, 'deliver' | 'state'> = 'deliver',
): Failure {
  if (error instanceof Failure) return phase === 'state' ? underState(error) : error;
  const errno = errnoOf(error);
  if (errno === undefined) return new Failure('internal', String(error), { path, phase }, error);
  const [code, reason, hint] = meaningOf(error, errno);
  return new Failure(
    code ?? (phase === 'state' ? 'state' : 'deliver_temp'),
    `${path}: ${reason}`,
    { path, phase, reason, ...(hint !== undefined && { hint }) },
    error,
  );
}

/** What helpers for any file said of one under the state directory: it is not the destination that fails. */
function underState(failure: Failure): Failure {
  if (failure.facts.phase !== 'deliver') return failure;
  const code = failure.code === 'deliver_temp' ? 'state' : failure.code;
  return new Failure(code, failure.message, { ...failure.facts, phase: 'state' }, failure.cause);
}

/** 'ENOSPC' and the like; undefined for what did not come from the system. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

type Meaning = readonly [code: FailureCode | undefined, reason: string, hint?: string];

function meaningOf(error: unknown, errno: string): Meaning {
  // Its parent is there: this is a file system that takes no folders (/proc).
  if (
    errno === 'ENOENT' &&
    error instanceof Error &&
    'syscall' in error &&
    error.syscall === 'mkdir'
  )
    return ['cannot_create', 'no folder can be made there'];
  return meanings.get(errno) ?? [undefined, errno];
}

const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['ENOSPC', ['no_space', 'no space left on the disk']],
  ['EDQUOT', ['no_space', 'disk quota exceeded']],
  ['EACCES', ['no_permission', 'permission denied']],
  ['EPERM', ['no_permission', 'not permitted']],
  ['EROFS', ['no_permission', 'the file system is read-only']],
  ['EIO', ['io_error', 'the disk reports an error']],
  ['EXDEV', ['config', 'its folders are on different file systems']],
  ['ENOTDIR', ['cannot_create', 'a part of the path is not a folder']],
  ['EISDIR', ['config', 'is a folder']],
  ['ELOOP', ['config', 'is a symbolic link', 'Replace the link by a real file or folder.']],
  ['ENAMETOOLONG', ['config', 'the name is too long']],
  ['EEXIST', ['cannot_create', 'something else is in its place']],
  ['EMFILE', ['deliver_temp', 'too many open files']],
  ['ENFILE', ['deliver_temp', 'too many open files on this computer']],
  ['EFBIG', ['deliver_temp', 'larger than the file size limit']],
  ['ENOENT', ['deliver_temp', 'no such file or folder']],
  ['ENOMEM', ['deliver_temp', 'out of memory']],
  ['ESTALE', ['deliver_temp', 'the network file system lost it']],
  ['ETIMEDOUT', ['deliver_temp', 'the network file system does not answer']],
]);
