import { Secret } from '../util/secret.ts';
import type { PasswordSource } from './config.ts';
import {
  anyOf,
  argvSchema,
  described,
  type JsonSchema,
  mapOf,
  matching,
  schemaOf,
} from './json-schema.ts';
import { nearest } from './nearest.ts';
import { type PasswordForm, passwordForms } from './password-forms.ts';
import { expandedWord, filledIn, readPath } from './paths.ts';
import type { Read, Reading } from './reading.ts';
import type { Entry, Tree } from './tree.ts';
import { readText } from './values.ts';

const FORMS = 'write {command: ...}, {file: ...}, {credential: ...}, {env: ...} or {prompt: true}';

/** Where the password comes from. No message here repeats what was found: it may be the password. */
export const readPassword: Read<PasswordSource> = described(passwordSchema, (tree, reading) => {
  switch (tree.kind) {
    case 'text':
      return literal(tree, reading);
    case 'number':
      // The number itself is not shown: it is the password.
      return reading.report(tree, 'a number, and YAML drops leading zeros', 'quote it: "..."');
    case 'boolean':
      return reading.report(tree, 'a truth value, not text', 'quote it: "..."');
    case 'empty':
      return reading.report(tree, 'is empty', FORMS);
    case 'list':
      return reading.report(tree, 'a list', `${FORMS}; {command: [program, argument]} takes one`);
    case 'map':
      return formOf(tree, tree.entries, reading);
    default:
      return tree satisfies never;
  }
});

function passwordSchema(): JsonSchema {
  const text = schemaOf(readText);
  const forms: Readonly<Record<PasswordForm, JsonSchema>> = {
    command: anyOf(text, argvSchema),
    file: schemaOf(readPath),
    credential: matching('^[^/]+$'),
    env: matching('^[A-Za-z_][A-Za-z0-9_]*$'),
    prompt: { enum: [true] },
  };
  const maps = passwordForms.map((form) => mapOf({ [form]: forms[form] }, [form]));
  return anyOf(text, ...maps);
}

function literal(tree: Tree, reading: Reading): PasswordSource | undefined {
  const text = readText(tree, reading);
  return text === undefined ? undefined : { kind: 'literal', secret: new Secret(text) };
}

function formOf(
  map: Tree,
  entries: readonly Entry[],
  reading: Reading,
): PasswordSource | undefined {
  const known = new Map<string, PasswordForm>(passwordForms.map((form) => [form, form]));
  let valid = true;
  for (const { key, keySpan } of entries) {
    if (known.has(key)) continue;
    const near = nearest(key, passwordForms);
    if (near === undefined) reading.report(keySpan, 'unknown form', FORMS);
    else reading.report(keySpan, `unknown key "${key}"`, `did you mean "${near}"?`);
    valid = false;
  }
  const [first, second] = entries;
  if (!valid) return undefined;
  if (first === undefined) return reading.report(map, 'is empty', FORMS);
  if (second !== undefined)
    return reading.report(second.keySpan, `${first.key} and ${second.key} at once`, 'keep one');
  const form = known.get(first.key);
  return form === undefined ? undefined : formReaders[form](first.value, reading);
}

const formReaders: Readonly<Record<PasswordForm, Read<PasswordSource>>> = {
  command: readCommand,
  file(tree, reading) {
    const path = readPath(tree, reading);
    return path === undefined ? undefined : { kind: 'file', path: path.absolute };
  },
  credential(tree, reading) {
    const text = readText(tree, reading);
    const name = text === undefined ? undefined : filledIn(text, tree, reading);
    if (name === undefined) return undefined;
    if (name.includes('/') || name === '.' || name === '..')
      return reading.report(tree, 'expected the name of a credential, found a path');
    return { kind: 'credential', name };
  },
  env(tree, reading) {
    const variable = readText(tree, reading);
    if (variable === undefined) return undefined;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable))
      return reading.report(
        tree,
        'not the name of an environment variable',
        'write the name without $',
      );
    return { kind: 'env', variable };
  },
  prompt(tree, reading) {
    if (tree.kind === 'boolean' && tree.value) return { kind: 'prompt' };
    return reading.report(tree, 'prompt takes only true', 'write {prompt: true}');
  },
};

function readCommand(tree: Tree, reading: Reading): PasswordSource | undefined {
  if (tree.kind !== 'list') {
    const line = readText(tree, reading);
    return line === undefined ? undefined : { kind: 'shell', line };
  }
  if (tree.values.length === 0)
    return reading.report(tree, 'an empty command', 'write [program, argument, ...]');
  const words = tree.values.map((word) => readText(word, reading));
  const argv = words.filter((word) => word !== undefined);
  if (argv.length < words.length) return undefined;
  return { kind: 'command', argv: argv.map((word) => expandedWord(word, reading)) };
}
