import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyntaxKind } from 'typescript/unstable/ast';
import { circles, forbiddenImports, type Row } from './support/import-rules.ts';
import { type SourceFile, sourceFile, sourceFiles } from './support/source-code.ts';

const interfaces = ['source/source', 'destination/destination', 'state/seen-store'];

/** Who may import whom. The first row that fits a file counts. */
const table: readonly Row[] = [
  { part: 'errors', may: [], node: false },
  { part: 'events', may: [], types: ['errors'], node: false },
  { part: 'util', may: ['errors'], node: true },
  { part: 'mail/preview', may: ['mail', 'errors', 'util'], node: true, packages: ['postal-mime'] },
  { part: 'mail', may: ['errors', 'util'], node: true },
  // Facts that both the configuration and the words for a refused login draw on: a part of their own.
  { part: 'providers', may: [], node: false },
  { part: 'durable', may: ['errors', 'util'], node: true },

  { part: 'source/source', may: ['mail', 'errors'], node: false },
  { part: 'source/kinds', may: ['source/*', 'source/source', 'errors', 'util'], node: false },
  { part: 'source/*/wire', may: ['errors'], node: false },
  {
    part: 'source/*',
    may: ['source/source', 'mail', 'sasl', 'net', 'errors', 'util'],
    node: true,
  },
  { part: 'sasl', may: ['errors', 'util'], node: true },
  { part: 'net', may: ['errors', 'util'], node: true, packages: ['socks'] },

  { part: 'destination/destination', may: ['mail', 'errors'], node: false },
  { part: 'destination/incoming', may: ['mail', 'durable', 'errors', 'util'], node: true },
  {
    part: 'destination/spool',
    may: ['destination/destination', 'destination/incoming', 'mail', 'durable', 'errors', 'util'],
    node: true,
  },
  {
    part: 'destination/kinds',
    may: ['destination/*', 'destination/smtp', 'destination/destination', 'errors', 'util'],
    node: false,
  },
  {
    part: 'destination/examine',
    may: ['destination/*', 'destination/smtp', 'destination/kinds', 'errors', 'util'],
    node: false,
  },
  {
    part: 'destination/smtp',
    may: ['destination/destination', 'destination/spool', 'mail', 'durable', 'errors', 'util'],
    node: true,
    packages: ['nodemailer'],
  },
  {
    part: 'destination/*',
    may: [
      'destination/destination',
      'destination/incoming',
      'destination/spool',
      'mail',
      'durable',
      'errors',
      'util',
    ],
    node: true,
  },

  { part: 'state/seen-store', may: ['mail'], node: false },
  {
    part: 'state',
    may: ['durable', 'mail', 'errors', 'util'],
    types: ['events'],
    node: true,
    packages: ['proper-lockfile', 'fs-native-extensions'],
  },

  {
    part: 'poll',
    may: [...interfaces, 'mail', 'errors', 'events', 'util'],
    node: false,
  },
  {
    part: 'scheduler',
    may: ['errors', 'events'],
    types: ['poll'],
    node: false,
    packages: ['p-limit'],
  },

  // Merely constructing cosmiconfig runs code from the working directory: one module guards it.
  {
    part: 'config/explorer',
    may: [],
    node: true,
    packages: ['cosmiconfig'],
  },
  {
    part: 'config',
    may: ['source/kinds', 'destination/kinds', 'providers', 'errors', 'util'],
    node: true,
    packages: ['yaml'],
  },
  { part: 'log', may: ['events', 'providers', 'errors', 'util'], node: true, packages: ['pino'] },
  {
    part: 'import/plan',
    may: [],
    types: ['util'],
    node: false,
  },
  { part: 'import/importers', may: ['import', 'import/plan'], node: false },
  { part: 'import', may: ['import/plan', 'durable', 'errors', 'util'], node: true },
  {
    part: 'doctor',
    may: [
      'config',
      'destination/destination',
      'destination/examine',
      'destination/kinds',
      'durable',
      'errors',
      'log',
      'net',
      'providers',
      'source/source',
      'state',
      'util',
    ],
    node: true,
  },
  { part: 'init/clack-questions', may: ['init', 'util'], node: true, packages: ['@clack/core'] },
  { part: 'init', may: ['providers', 'net', 'errors', 'util'], types: ['config'], node: true },
  { part: 'adopt', may: ['mail', 'durable', 'errors', 'util'], node: true },
  { part: 'service', may: ['config', 'durable', 'errors', 'util'], node: true },
  {
    part: 'oauth',
    may: ['net', 'state', 'durable', 'errors', 'util'],
    types: ['source/source'],
    node: true,
    packages: ['oauth4webapi'],
  },
  { part: 'hooks', may: ['errors', 'util'], types: ['events'], node: true },
  { part: 'metrics', may: ['durable', 'errors', 'util'], types: ['state'], node: true },
  { part: 'demo', may: ['mail', 'errors', 'util'], node: true },
  { part: 'cli', may: ['*'], node: true, packages: ['yargs'] },
];

const src = sourceFiles('src');

test('every part imports only what its row of the table allows', () => {
  assert.deepEqual(
    src.flatMap((file) => forbiddenImports(table, file)),
    [],
  );
});

test('no modules need each other to be loaded', () => {
  assert.deepEqual(circles(src), []);
});

/** Uses of the global `process` beside the entry's. Arguments, environment, streams, signals and exit are not for them. */
const usesWithReason: readonly (readonly [path: string, uses: string, reason: string])[] = [
  [
    'src/config/explorer.ts',
    'chdir cwd execPath',
    'leads cosmiconfig out of the working directory',
  ],
  ['src/destination/maildir/folders.ts', 'geteuid', "as root refuses another user's Maildir"],
  ['src/destination/mbox/mailbox-file.ts', 'geteuid', "refuses another user's mbox and links"],
  ['src/destination/mbox/mbox.ts', 'pid', 'says who holds a lock'],
  ['src/state/account-folder.ts', 'geteuid', "refuses another user's state"],
  ['src/doctor/system.ts', 'versions platform arch', 'says what it runs on'],
  ['src/durable/kernel-lock.ts', 'platform arch', 'finds the lock that this system has'],
  ['src/state/kernel-guard.ts', 'platform', 'finds the lock that this system has'],
  ['src/state/lock.ts', 'pid', 'says who holds a lock'],
  ['src/util/process-group.ts', 'kill', 'ends a command with all that it started'],
  ['src/util/running.ts', 'kill', 'asks whether the owner of a lock is alive'],
];

test('only the entry touches the global process, but for what has a reason', () => {
  const known = usesWithReason.flatMap(([path, uses]) =>
    uses.split(' ').map((use) => `${path}: process.${use}`),
  );
  const found = src.filter(({ path }) => path !== 'src/cli/main.ts').flatMap(usesOfProcess);
  assert.deepEqual([...new Set(found)].sort(), known.sort());
});

test('only settle puts mail on disk, on record and off the server', () => {
  assert.deepEqual(src.flatMap(breaksOfTheOrder), []);
});

test('exports are named, and nothing is exported a second time', () => {
  assert.deepEqual(src.flatMap(unwantedExports), []);
});

test('no file is longer than 300 lines', () => {
  const lines = ({ text }: SourceFile) => text.split('\n').length - 1;
  const long = src.filter((file) => lines(file) > 300);
  assert.deepEqual(
    long.map((file) => `${file.path}: ${lines(file)} lines`),
    [],
  );
});

test('the rules see every form of a forbidden import', () => {
  const forms = [
    `import { describe } from '../log/words.ts';`,
    `import type { Description } from '../log/words.ts';`,
    `import { type Description } from '../log/words.ts';`,
    `import {\n  describe,\n  brief,\n} from '../log/words.ts';`,
    `import * as words from '../log/words.ts';`,
    `import words, { from } from '../log/words.ts';`,
    `import '../log/words.ts';`,
    `export { describe } from '../log/words.ts';`,
    `export type * from '../log/words.ts';`,
    `const words = await import('../log/words.ts');`,
    'const words = await import(`../log/words.ts`);',
    `let found: import('../log/words.ts').Description;`,
    `let found: typeof import('../log/words.ts');`,
    `const words = require('../log/words.ts');`,
    `const one = \`\${2}\`, two = /'/; import '../log/words.ts';`,
  ];
  for (const form of forms)
    assert.deepEqual(
      forbiddenImports(table, sourceFile('src/poll/poll.ts', form)),
      ['src/poll/poll.ts → src/log/words.ts'],
      form,
    );
});

test('the rules tell a forbidden import from an allowed one', () => {
  const cases: readonly (readonly [path: string, specifier: string, allowed: boolean])[] = [
    ['src/poll/poll.ts', './plan.ts', true],
    ['src/poll/poll.ts', 'node:fs', false],
    ['src/poll/poll.ts', 'fs', false],
    ['src/poll/poll.ts', '../source/pop3/session.ts', false],
    ['src/source/pop3/session.ts', './wire/connection.ts', true],
    ['src/source/pop3/session.ts', '../imap/session.ts', false],
    ['src/source/pop3/wire/connection.ts', '../session.ts', false],
    ['src/source/pop3/wire/connection.ts', 'node:buffer', false],
    ['src/destination/maildir/maildir.ts', '../../state/seen-store.ts', false],
    ['src/config/explorer.ts', 'cosmiconfig', true],
    ['src/config/load.ts', 'cosmiconfig', false],
    ['src/cli/compose.ts', 'cosmiconfig', false],
    ['src/cli/compose.ts', '../config/load.ts', true],
    ['src/cli/compose.ts', '../../test/support/tls.ts', false],
    ['src/nowhere/new.ts', '../errors.ts', false],
  ];
  for (const [path, specifier, allowed] of cases) {
    const offenders = forbiddenImports(
      table,
      sourceFile(path, `import { one } from '${specifier}';`),
    );
    assert.equal(offenders.length === 0, allowed, `${path} → ${specifier}`);
  }
  const scheduler = (text: string) =>
    forbiddenImports(table, sourceFile('src/scheduler/s.ts', text));
  assert.deepEqual(scheduler(`import type { PollResult } from '../poll/poll.ts';`), []);
  assert.equal(scheduler(`import { poll } from '../poll/poll.ts';`).length, 1);
  assert.equal(scheduler(`await import(name);`).length, 1);
});

test('the other rules see what they are for', () => {
  const file = (text: string, path = 'src/poll/poll.ts') => sourceFile(path, text);
  const inTemplate = `\`\${process.pid}\``;
  const named = `import { exit } from 'node:process'`;
  for (const text of ['process.exit(1)', 'f(process)', 'globalThis.process', inTemplate, named])
    assert.equal(usesOfProcess(file(text)).length, 1, text);
  for (const text of ['// process.exit', '`process.exit`', 'this.process', '{ process: 1 }'])
    assert.deepEqual(usesOfProcess(file(text)), [], text);
  for (const text of ['store.record([])', 'parts.store\n  .intend([])', 'destination?.commit([])'])
    assert.equal(breaksOfTheOrder(file(text)).length, 1, text);
  assert.deepEqual(breaksOfTheOrder(file('session.delete(ref)', 'src/poll/finish.ts')), []);
  assert.equal(breaksOfTheOrder(file('session.delete(ref)', 'src/poll/other.ts')).length, 1);
  for (const text of ['export default 1;', 'export { one as default };', `export * from './o.ts';`])
    assert.equal(unwantedExports(file(text)).length, 1, text);
  assert.deepEqual(unwantedExports(file('export const one = 1; export interface Two {}')), []);
  const one = file(`import { two } from './two.ts';`, 'src/poll/one.ts');
  const two = file(`import { one } from './one.ts';`, 'src/poll/two.ts');
  assert.deepEqual(circles([one, two]), ['src/poll/one.ts → src/poll/two.ts → src/poll/one.ts']);
});

/** `file: process.member` for each use; what is imported from node:process is the same. */
function usesOfProcess({ path, tokens }: SourceFile): string[] {
  return tokens.flatMap(({ kind, value }, at) => {
    const [beforeDot, before] = [tokens[at - 2], tokens[at - 1]];
    const [next, afterNext] = [tokens[at + 1], tokens[at + 2]];
    if (kind === SyntaxKind.StringLiteral && value === 'node:process')
      return beforeDot?.value === 'process' ? [] : [`${path}: ${value}`];
    if (kind !== SyntaxKind.Identifier || value !== 'process') return [];
    const isMember = isDot(before?.kind) && beforeDot?.value !== 'globalThis';
    const isDeclared =
      next?.kind === SyntaxKind.ColonToken || next?.kind === SyntaxKind.FromKeyword;
    if (isMember || isDeclared) return [];
    return [isDot(next?.kind) ? `${path}: process.${afterNext?.value}` : `${path}: process`];
  });
}

const orderedSteps: ReadonlySet<string> = new Set(
  'secure intend commit record recordParts withdraw'.split(' '),
);

/** Stores and destinations are what is called; the plan's deletions, of mail on record already, are made in poll. */
function breaksOfTheOrder({ path, tokens }: SourceFile): string[] {
  if (path === 'src/poll/settle.ts' || /^src\/(?:destination|state)\//.test(path)) return [];
  return tokens.flatMap(({ value, line }, at) => {
    const isCall =
      isDot(tokens[at - 1]?.kind) && tokens[at + 1]?.kind === SyntaxKind.OpenParenToken;
    if (!isCall) return [];
    const receiver = tokens[at - 2]?.value ?? '';
    const deletes = value === 'delete' && /session$/i.test(receiver);
    const forbidden = deletes ? path !== 'src/poll/finish.ts' : orderedSteps.has(value);
    return forbidden ? [`${path}:${line}: ${receiver}.${value}()`] : [];
  });
}

function isDot(kind: SyntaxKind | undefined): boolean {
  return kind === SyntaxKind.DotToken || kind === SyntaxKind.QuestionDotToken;
}

/** Default exports, and lists and stars, which only a barrel needs: the rest is exported where it is declared. */
function unwantedExports({ path, tokens }: SourceFile): string[] {
  const unwanted = new Set([
    SyntaxKind.DefaultKeyword,
    SyntaxKind.EqualsToken,
    SyntaxKind.OpenBraceToken,
    SyntaxKind.AsteriskToken,
  ]);
  return tokens.flatMap(({ kind, line }, at) => {
    if (kind !== SyntaxKind.ExportKeyword) return [];
    const next = tokens[at + 1]?.kind;
    const first = next === SyntaxKind.TypeKeyword ? tokens[at + 2]?.kind : next;
    return first !== undefined && unwanted.has(first) ? [`${path}:${line}`] : [];
  });
}
