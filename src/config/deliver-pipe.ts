import { basename } from 'node:path';
import { readArgv } from './argv.ts';
import type { PipeDestination } from './config.ts';
import { anyOf, argvSchema, type JsonSchema, mapOf, schemaOf } from './json-schema.ts';
import { readDuration } from './quantities.ts';
import type { Read, Reading } from './reading.ts';
import type { Entry, Tree } from './tree.ts';
import { readChoice, readInteger, readText } from './values.ts';

const FORM = 'write {pipe: [/usr/bin/procmail]} or "|command line"';

const defaultTimeout = 5 * 60_000;

/** More commands at once help nobody, and each takes memory. */
const mostAtOnce = 64;

const readers = {
  timeout: readDuration('1d'),
  concurrency: readInteger(1, mostAtOnce),
  ifUnsure: readChoice(['redeliver', 'hold']),
} as const;

/** What may stand beside `pipe`. */
export const pipeOptions = Object.keys(readers);

/** `{pipe: ...}` for editors. */
export function pipeSchema(): JsonSchema {
  const { timeout, concurrency, ifUnsure } = readers;
  const pipe = anyOf(schemaOf(readText), argvSchema);
  const options = {
    timeout: schemaOf(timeout),
    concurrency: schemaOf(concurrency),
    ifUnsure: schemaOf(ifUnsure),
  };
  return mapOf({ pipe, ...options }, ['pipe']);
}

/** `{pipe: [argv]}` or `{pipe: command line}`, with `timeout`, `concurrency` and `ifUnsure`. */
export function readPipe(
  tree: Tree,
  options: readonly Entry[],
  reading: Reading,
): PipeDestination | undefined {
  const command = readCommand(tree, reading);
  const option = <T>(name: keyof typeof readers, read: Read<T>, otherwise: T) => {
    const value = options.find(({ key }) => key === name)?.value;
    return value === undefined ? otherwise : read(value, reading);
  };
  const timeout = option('timeout', readers.timeout, defaultTimeout);
  const concurrency = option('concurrency', readers.concurrency, 1);
  const ifUnsure = option('ifUnsure', readers.ifUnsure, 'redeliver');
  if (command === undefined || timeout === undefined) return undefined;
  if (concurrency === undefined || ifUnsure === undefined) return undefined;
  return { kind: 'pipe', label: labelOf(command), command, timeout, concurrency, ifUnsure };
}

/** `|command line`, which a shell runs; nothing in it is filled in. */
export function readShellLine(tree: Tree, line: string, reading: Reading) {
  return readPipe({ ...tree, kind: 'text', text: line.slice(1).trim() }, [], reading);
}

function readCommand(tree: Tree, reading: Reading): PipeDestination['command'] | undefined {
  if (tree.kind === 'text') {
    const line = readText(tree, reading);
    return line === undefined ? undefined : { line };
  }
  const argv = readArgv(tree, FORM, reading);
  return argv === undefined ? undefined : { argv };
}

/** `procmail`, for people. */
function labelOf(command: PipeDestination['command']): string {
  const program = 'argv' in command ? command.argv[0] : /^[\w./+-]+/.exec(command.line)?.[0];
  return basename(program ?? '') || 'command';
}
