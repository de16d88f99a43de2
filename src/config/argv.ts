import { expandedWord } from './paths.ts';
import type { Reading } from './reading.ts';
import type { Tree } from './tree.ts';
import { nameOf, readText } from './values.ts';

/** A command as a list of words that no shell looks at; `form` says how one is written. */
export function readArgv(
  tree: Tree,
  form: string,
  reading: Reading,
): readonly string[] | undefined {
  if (tree.kind !== 'list')
    return reading.report(tree, `expected a command, found ${nameOf(tree)}`, form);
  const [first] = tree.values;
  if (first === undefined) return reading.report(tree, 'an empty command', form);
  const words = tree.values.map((word) => readText(word, reading));
  const argv = words.filter((word) => word !== undefined);
  if (argv.length < words.length) return undefined;
  const [program = '', ...rest] = argv.map((word) => expandedWord(word, reading));
  if (program.includes('/') && !program.startsWith('/'))
    return reading.report(first, `relative path ${nameOf(first)}`, 'write an absolute path');
  return [program, ...rest];
}
