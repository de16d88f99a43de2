import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import type { Importer, ImportPlan, Note, Surroundings } from '../../src/import/plan.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** A home folder with these files in it. */
export async function homeWith(files: Readonly<Record<string, string>>): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, 'latin1');
  }
  return folder;
}

/** What a user named joe has around, in that home folder. */
export function joeIn(home: string, env: Surroundings['env'] = {}): Surroundings {
  return { home, env, user: 'joe' };
}

/** Of the set-up where the program itself looks for it. */
export async function planOf(importer: Importer, around: Surroundings): Promise<ImportPlan> {
  return importer.read(importer.defaultFiles(around), around);
}

/** `LINE kind: text` */
export function shown(notes: readonly Note[]): readonly string[] {
  return notes.map(({ line, kind, text }) => `${line} ${kind}: ${text}`);
}

/** Reads texts made of these pieces, and others: each is understood or, by its line, refused. */
export function assertNeverCrashes(
  file: string,
  pieces: readonly string[],
  read: (text: string) => void,
): void {
  const made = fc.array(fc.constantFrom(...pieces)).map((some) => some.join(''));
  fc.assert(
    fc.property(fc.oneof(made, fc.string()), (text) => {
      try {
        read(text);
      } catch (thrown) {
        assert.ok(thrown instanceof Failure && thrown.code === 'config', String(thrown));
        assert.match(thrown.message, new RegExp(`^${file}:\\d+: `));
      }
    }),
  );
}
