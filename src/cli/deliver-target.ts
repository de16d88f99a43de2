import path from 'node:path';
import type { DestinationSettings } from '../config/config.ts';
import { readDeliver } from '../config/deliver.ts';
import { readingFor } from '../config/reading.ts';
import type { Mistake, Tree } from '../config/tree.ts';
import { Failure } from '../errors.ts';

/**
 * A destination as one names it on the command line: as after `deliver:` in the configuration, maps and lists in one line
 * of YAML, and paths from where we are. Throws a Failure with code `usage`.
 */
export async function deliverTarget(text: string, home: string): Promise<DestinationSettings> {
  const mistakes: Mistake[] = [];
  const tree = /^\s*[{[]/.test(text) ? await fromYaml(text, mistakes) : plain(text);
  const reading = readingFor('deliver', { home, placeholders: undefined }, mistakes);
  const settings = tree === undefined ? undefined : readDeliver(tree, reading);
  const [mistake] = mistakes;
  if (settings !== undefined && mistake === undefined) return settings;
  const facts = mistake?.hint === undefined ? {} : { hint: mistake.hint };
  throw new Failure('usage', mistake?.message ?? `deliver: ${text} is no destination`, facts);
}

/** Mostly it is none: then the YAML parser is not loaded. */
async function fromYaml(text: string, mistakes: Mistake[]): Promise<Tree | undefined> {
  const { readYaml } = await import('../config/yaml-tree.ts');
  const read = readYaml(text);
  mistakes.push(...read.mistakes);
  return read.tree;
}

function plain(text: string): Tree {
  const isPath = text !== '' && !/^(?:[|~/]|(?:lmtp|smtp):)/.test(text);
  const slash = text.endsWith('/') ? '/' : '';
  const whole = isPath ? path.resolve(text) + slash : text;
  return { kind: 'text', text: whole, start: 0, end: whole.length };
}
