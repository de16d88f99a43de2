import { identityOf } from '../destination/kinds.ts';
import type { DestinationSettings, SingleDestination } from './config.ts';
import { pipeOptions, pipeSchema, readPipe, readShellLine } from './deliver-pipe.ts';
import {
  lmtpOptions,
  mailServerSchemas,
  readLmtp,
  readMailServer,
  readSmtp,
  smtpOptions,
} from './deliver-smtp.ts';
import { anyOf, described, type JsonSchema, mapOf, matching, schemaOf } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { readPath } from './paths.ts';
import type { Read, Reading } from './reading.ts';
import type { Entry, Tree } from './tree.ts';
import { nameOf } from './values.ts';

const MAILDIR = 'for a Maildir write ~/Maildir/ with a slash at the end';

interface Form {
  readonly read: (
    tree: Tree,
    options: readonly Entry[],
    reading: Reading,
  ) => SingleDestination | undefined;
  /** Keys that may stand beside it. */
  readonly options: readonly string[];
}

/** `{maildir: PATH}` and the like. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['maildir', { read: (tree, _options, reading) => maildir(tree, reading), options: [] }],
  ['mbox', { read: (tree, _options, reading) => mbox(tree, reading), options: [] }],
  ['pipe', { read: readPipe, options: pipeOptions }],
  ['lmtp', { read: readLmtp, options: lmtpOptions }],
  ['smtp', { read: readSmtp, options: smtpOptions }],
]);

/** Where messages go: one destination, or a list of which all must accept. */
export const readDeliver: Read<DestinationSettings> = described(deliverSchema, (tree, reading) => {
  if (tree.kind !== 'list') return readOne(tree, reading);
  const parts = tree.values.map((item) => ({ item, part: readOne(item, reading) }));
  const [first, second] = parts;
  if (first === undefined) return reading.report(tree, 'is empty', MAILDIR);
  const known = new Set<string>();
  const good: SingleDestination[] = [];
  for (const { item, part } of parts) {
    if (part === undefined) continue;
    // A file and a folder cannot both be there.
    const place = 'path' in part ? part.path : identityOf(part);
    if (known.has(place)) reading.report(item, 'the same destination twice', 'keep one');
    else good.push(part);
    known.add(place);
  }
  if (good.length < parts.length) return undefined;
  if (second === undefined) return first.part;
  return { kind: 'several', label: good.map(({ label }) => label).join(', '), parts: good };
});

function deliverSchema(): JsonSchema {
  const path = schemaOf(readPath);
  const one = anyOf(
    matching('^(?:/|~$|~/|[|]|lmtp:|smtp:)'),
    mapOf({ maildir: path }, ['maildir']),
    mapOf({ mbox: path }, ['mbox']),
    pipeSchema(),
    ...mailServerSchemas(),
  );
  return anyOf(one, { type: 'array', items: one, minItems: 1 });
}

/** `PATH/`, `PATH`, `|command line`, `lmtp:` or `smtp:` and a server, or a map that names the kind. */
const readOne: Read<SingleDestination> = (tree, reading) => {
  switch (tree.kind) {
    case 'text':
      return fromText(tree, tree.text, reading);
    case 'map':
      return fromMap(tree, tree.entries, reading);
    case 'list':
      return reading.report(tree, 'a list in a list', 'write one list of destinations');
    case 'empty':
    case 'number':
    case 'boolean':
      return reading.report(tree, `expected a path, found ${nameOf(tree)}`, MAILDIR);
    default:
      return tree satisfies never;
  }
};

function fromMap(
  tree: Tree,
  entries: readonly Entry[],
  reading: Reading,
): SingleDestination | undefined {
  const named = entries.find(({ key }) => forms.has(key));
  const [first] = entries;
  if (first === undefined) return reading.report(tree, 'is empty', MAILDIR);
  const form = forms.get(named?.key ?? '');
  if (named === undefined || form === undefined)
    return unknownKey(first, [...forms.keys()], reading);
  const others = entries.filter((entry) => entry !== named);
  const odd = others.find(({ key }) => !form.options.includes(key));
  if (odd === undefined) return form.read(named.value, others, reading);
  if (forms.has(odd.key))
    return reading.report(odd.keySpan, `${named.key} and ${odd.key} at once`, 'keep one');
  return unknownKey(odd, form.options, reading);
}

function unknownKey(
  { key, keySpan }: Entry,
  known: readonly string[],
  reading: Reading,
): undefined {
  const near = nearest(key, known);
  const hint = near === undefined ? MAILDIR : `did you mean "${near}"?`;
  return reading.report(keySpan, `unknown key "${key}"`, hint);
}

function fromText(tree: Tree, text: string, reading: Reading): SingleDestination | undefined {
  if (text.startsWith('|')) return readShellLine(tree, text, reading);
  if (/^(?:lmtp|smtp):/.test(text)) return readMailServer(tree, text, reading);
  return text.endsWith('/') ? maildir(tree, reading) : mbox(tree, reading);
}

function maildir(tree: Tree, reading: Reading): SingleDestination | undefined {
  const path = readPath(tree, reading);
  if (path === undefined) return undefined;
  const label = path.written.endsWith('/') ? path.written : `${path.written}/`;
  return { kind: 'maildir', path: path.absolute, label };
}

function mbox(tree: Tree, reading: Reading): SingleDestination | undefined {
  const path = readPath(tree, reading);
  if (path === undefined) return undefined;
  const { written, absolute } = path;
  if (written.endsWith('/') || written === '~')
    return reading.report(tree, 'an mbox is a file, this names a folder', MAILDIR);
  return { kind: 'mbox', path: absolute, label: written };
}
