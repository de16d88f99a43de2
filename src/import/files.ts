import fs from 'node:fs';
import { errnoOf } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';

/** A text that another program wrote, octets as latin1: unique-ids are any octets. Undefined where there is no such file. */
export function readOctets(file: string): string | undefined {
  return read(file, 'latin1');
}

/** A configuration, UTF-8. Undefined where there is no such file. */
export function readConfiguration(file: string): string | undefined {
  return read(file, 'utf8');
}

/** Those that exist. */
export function existing(files: readonly string[]): readonly string[] {
  return files.filter((file) => fs.existsSync(file));
}

/** `~` and `~/` stand for the home folder. */
export function fromHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

function read(file: string, encoding: 'latin1' | 'utf8'): string | undefined {
  try {
    return fs.readFileSync(file, encoding);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return undefined;
    throw new Failure('config', `${file}: cannot be read (${errno ?? String(error)})`, {}, error);
  }
}
