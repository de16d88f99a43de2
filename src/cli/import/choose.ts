import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { workingDirectory } from '../../config/explorer.ts';
import { shortPath } from '../../config/problem-text.ts';
import { Failure } from '../../errors.ts';
import { fromHome, readConfiguration } from '../../import/files.ts';
import { importers } from '../../import/importers.ts';
import type { Importer, Surroundings } from '../../import/plan.ts';
import type { ImportOptions } from '../args/import.ts';

export interface Chosen {
  readonly importer: Importer;
  readonly files: readonly string[];
}

/** Which program it is, and which files. Throws a Failure with code `usage` where nothing of the kind is there. */
export function choose(
  { from, file }: Pick<ImportOptions, 'from' | 'file'>,
  surroundings: Surroundings,
): Chosen {
  if (from === undefined) throw whichThereAre(surroundings);
  const named = importers.find(({ tool }) => tool === from.toLowerCase());
  if (named !== undefined && file !== undefined)
    return { importer: named, files: [absolute(file, surroundings)] };
  if (named !== undefined) return { importer: named, files: usualFiles(named, surroundings) };
  const chosen = absolute(from, surroundings);
  if (!existsSync(chosen))
    throw new Failure('usage', `there is no file ${from}`, { hint: known() });
  const text = statSync(chosen).isDirectory() ? '' : (readConfiguration(chosen) ?? '');
  const importer = importers.find((one) => one.recognises(chosen, text));
  if (importer !== undefined) return { importer, files: [chosen] };
  throw new Failure('usage', `${from} looks like no configuration of a program that is known`, {
    hint: `name the program before the file: popfetch import fetchmail ${from}`,
  });
}

function whichThereAre(surroundings: Surroundings): Failure {
  const found = importers.flatMap((importer) => {
    const [file] = importer.defaultFiles(surroundings);
    if (file === undefined) return [];
    return [`  popfetch import ${importer.tool}`.padEnd(34) + shortPath(file, surroundings.home)];
  });
  if (found.length > 0) return new Failure('usage', `import what? There are:\n${found.join('\n')}`);
  const hint = `popfetch import FILE, of ${importers.map(({ tool }) => tool).join(', ')}`;
  return new Failure('usage', 'import what? Nothing is where these programs look for it', { hint });
}

function usualFiles(importer: Importer, surroundings: Surroundings): readonly string[] {
  const files = importer.defaultFiles(surroundings);
  if (files.length > 0) return files;
  throw new Failure('usage', `no configuration of ${importer.tool} where it looks for one`, {
    hint: `name the file: popfetch import ${importer.tool} FILE`,
  });
}

function absolute(file: string, { home }: Surroundings): string {
  return path.resolve(workingDirectory() ?? '/', fromHome(file, home));
}

function known(): string {
  return `Programs: ${importers.map(({ tool }) => tool).join(', ')}`;
}
