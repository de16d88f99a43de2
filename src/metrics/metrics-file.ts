import fs from 'node:fs';
import { createFile, writeFully } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';

/**
 * Replaces the file for the collector to read, 0644, so that it never sees a part. `writer` tells processes that write
 * the same file at once from each other; the last one's text stays. Nothing is synced: after a power cut the next poll
 * writes it anew. Throws a Failure that names the file.
 */
export function replaceMetrics(file: string, text: string, writer: string): void {
  // The collector reads what ends in .prom.
  const next = `${file}.${writer}.new`;
  try {
    refuseOther(file);
    const fd = createFile(next, 0o644);
    try {
      // Whatever the umask: the collector is another user.
      fs.fchmodSync(fd, 0o644);
      writeFully(fd, Buffer.from(text));
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(next, file);
  } catch (error) {
    fs.rmSync(next, { force: true });
    throw storageFailure(error, file);
  }
}

/** With root's rights, /dev/null would become a file. */
function refuseOther(file: string): void {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile() || stat.isSymbolicLink() || stat.isDirectory()) return;
  const reason = 'is not a file';
  throw new Failure('config', `${file}: ${reason}`, { path: file, reason });
}
