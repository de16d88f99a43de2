import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import type { Unit } from './unit.ts';

/** How a unit's file is, seen from what we would write. */
export type UnitFile = 'absent' | 'same' | 'ours' | 'not ours';

/**
 * The folder of a user's units. What is written here carries the sum of its text: a file that somebody else wrote, or
 * changed afterwards, is told from ours and left to its owner.
 */
export class UnitFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  /** Throws a Failure where it cannot be read. */
  look({ name, text }: Unit): UnitFile {
    const found = this.#read(name);
    if (found === undefined) return 'absent';
    if (found === marked(text)) return 'same';
    return isOurs(found) ? 'ours' : 'not ours';
  }

  async write({ name, text }: Unit): Promise<void> {
    await makeDirectory(this.folder, 0o755);
    await replaceFile(this.pathOf(name), Buffer.from(marked(text)), 0o644);
  }

  remove(name: string): void {
    try {
      fs.rmSync(this.pathOf(name), { force: true });
    } catch (error) {
      throw storageFailure(error, this.pathOf(name));
    }
  }

  #read(name: string): string | undefined {
    try {
      return fs.readFileSync(this.pathOf(name), 'utf8');
    } catch (error) {
      const errno = errnoOf(error);
      // A link to nowhere is not ours, and would be replaced.
      if (errno === 'ENOENT') return this.#isLink(name) ? '' : undefined;
      if (errno === 'ENOTDIR') return undefined;
      throw storageFailure(error, this.pathOf(name));
    }
  }

  #isLink(name: string): boolean {
    return fs.lstatSync(this.pathOf(name), { throwIfNoEntry: false }) !== undefined;
  }
}

const mark = /^# Written by "popfetch service install" \(([0-9a-f]{16})\);.*\n/;

function marked(text: string): string {
  const own = `# Written by "popfetch service install" (${sumOf(text)}); to change it: systemctl --user edit\n`;
  return own + text;
}

function isOurs(found: string): boolean {
  const [line, sum] = mark.exec(found) ?? [];
  return line !== undefined && sum === sumOf(found.slice(line.length));
}

/** Not against forgers: whoever can write here can run anything. */
function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
