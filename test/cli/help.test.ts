import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpTopics } from '../../src/cli/args/help.ts';
import { commands, synopsis } from '../../src/cli/args/table.ts';
import { commandGroups } from '../../src/cli/args/words.ts';
import { helpText } from '../../src/cli/commands/help.ts';
import { exitStatus } from '../../src/cli/exit-status.ts';
import { exitCodes } from '../../src/cli/help/exit-codes.ts';
import { accountKeys, alertKeys, topKeys } from '../../src/config/keys.ts';
import { Failure, type FailureCode, failureNatures } from '../../src/errors.ts';

const overview = () => helpText({ topic: undefined, ofCommand: true });
const topic = (name: string) => helpText({ topic: name, ofCommand: false });

test('--help begins with the two ways to use it and lists every command under one of four headings', async () => {
  const lines = (await overview()).split('\n');
  assert.match(lines[0] ?? '', /^popfetch {26}poll on schedule until stopped/);
  assert.match(lines[1] ?? '', /^popfetch --once \[ACCOUNT\.\.\.\] {6}poll now and exit/);
  const headings = lines.filter((line) => (commandGroups as readonly string[]).includes(line));
  assert.deepEqual(headings, commandGroups);
  for (const [name] of commands)
    assert.ok(
      lines.some((line) => line.startsWith(`  ${name} `) || line === `  ${name}`),
      name,
    );
});

test('a command page shows examples before options, and what its exit statuses mean', async () => {
  const page = await helpText({ topic: 'once', ofCommand: true });
  const at = (text: string) => page.indexOf(`\n${text}`);
  assert.ok(at('examples') > 0 && at('examples') < at('options'), page);
  assert.match(page, /^ {2}-j, --jobs N +accounts at once$/m);
  assert.match(page, /^ {6}--keep, --no-keep /m);
  assert.match(page, /^ {2}1 +with --fail-on-empty/m);
});

test('every example is of the command whose page it stands on', () => {
  for (const [name, { examples }] of commands) {
    assert.ok(examples.length > 0, name);
    assert.ok(
      examples.some(([line]) => line.includes(`popfetch ${name === 'run' ? '' : name}`.trim())) ||
        name === 'once',
      name,
    );
  }
});

test('no page is wider than a terminal of 80 columns, nor has it anything but ASCII', async () => {
  const pages = await Promise.all([
    overview(),
    ...commands.map(([name]) => helpText({ topic: name, ofCommand: true })),
    ...helpTopics.map(topic),
  ]);
  for (const line of pages.join('\n').split('\n')) {
    // A command line is not broken: it would not work.
    const isExample =
      line.startsWith('  popfetch completion') || line.startsWith('  popfetch --once');
    assert.ok(line.length < 80 || isExample, line);
    assert.match(line, /^[ -~]*$/);
  }
});

test('`help config` is the topic, `config --help` the command', async () => {
  const keys = await topic('config');
  for (const name of Object.keys({ ...topKeys, ...alertKeys, ...accountKeys }))
    assert.match(keys, new RegExp(`^  ${name}\\s`, 'm'));
  assert.match(keys, /^ {2}timeout +longest wait for the network \[60s\]$/m);
  assert.match(await helpText({ topic: 'config', ofCommand: true }), /^popfetch config check\|/);
});

test('`help exit-codes` has every exit status there is', () => {
  const codes = Object.keys(failureNatures) as FailureCode[];
  const known = new Set(exitCodes.flatMap(({ statuses }) => statuses));
  for (const code of codes) assert.ok(known.has(exitStatus(new Failure(code, ''))), code);
});

test('an unknown topic is answered with the nearest one', async () => {
  await assert.rejects(topic('confg'), (thrown) => {
    assert.ok(thrown instanceof Failure && thrown.code === 'usage');
    assert.match(thrown.facts.hint ?? '', /did you mean "config"/);
    return true;
  });
});

test('a synopsis names places in capitals, and choices as they are typed', () => {
  const of = (name: string) => {
    const [, words] = commands.find(([one]) => one === name) ?? [];
    assert.ok(words);
    return synopsis(words);
  };
  assert.equal(of('once'), 'once [ACCOUNT...]');
  assert.equal(of('peek'), 'peek ACCOUNT [MSG...]');
  assert.equal(of('completion'), 'completion bash|zsh|fish');
  assert.equal(of('help'), 'help [COMMAND|TOPIC]');
});
