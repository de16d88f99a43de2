import type { DestinationSettings } from './config.ts';
import { readPath } from './paths.ts';
import type { Read, Reading } from './reading.ts';
import type { Tree } from './tree.ts';
import { nameOf } from './values.ts';

const MAILDIR = 'for a Maildir write ~/Maildir/ with a slash at the end';

/** Where messages go: `PATH/` or `{maildir: PATH}`. */
export const readDeliver: Read<DestinationSettings> = (tree, reading) => {
  switch (tree.kind) {
    case 'text':
      return fromText(tree, tree.text, reading);
    case 'map': {
      const [first, second] = tree.entries;
      if (first?.key === 'maildir' && second === undefined) return maildir(first.value, reading);
      if (first === undefined) return reading.report(tree, 'is empty', MAILDIR);
      const odd = first.key === 'maildir' && second !== undefined ? second : first;
      return reading.report(odd.keySpan, `"${odd.key}" is not supported yet`, MAILDIR);
    }
    case 'list':
      return reading.report(tree, 'several destinations are not supported yet', MAILDIR);
    case 'empty':
    case 'number':
    case 'boolean':
      return reading.report(tree, `expected a path, found ${nameOf(tree)}`, MAILDIR);
    default:
      return tree satisfies never;
  }
};

function fromText(tree: Tree, text: string, reading: Reading): DestinationSettings | undefined {
  if (text.startsWith('|')) return reading.report(tree, 'a command is not supported yet', MAILDIR);
  const settings = maildir(tree, reading);
  if (settings === undefined || text.endsWith('/')) return settings;
  return reading.report(
    tree,
    'an mbox file (a path without a slash at the end) is not supported yet',
    `for a Maildir write ${settings.label}`,
  );
}

function maildir(tree: Tree, reading: Reading): DestinationSettings | undefined {
  const path = readPath(tree, reading);
  if (path === undefined) return undefined;
  const label = path.written.endsWith('/') ? path.written : `${path.written}/`;
  return { kind: 'maildir', path: path.absolute, label };
}
