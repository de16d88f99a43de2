import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PopfetchEvent } from '../../src/events.ts';
import { checkReporter } from '../../src/log/check.ts';
import { peekReporter } from '../../src/log/peek.ts';
import { accountEnd, at, Collected, failure, runEnd, runStart } from './support.ts';

const now = () => at(12, 0);

test('check prints a line an account, on a terminal in columns', () => {
  const events = [
    runStart(['gmx', 'work'], true),
    list('gmx', 90, 3),
    accountEnd('gmx', { counts: { new: 3, wanted: 3, bytes: 41_200 } }),
    list('work', 12, 0),
    accountEnd('work', {}),
    runEnd({ new: 3 }),
  ];
  assert.deepEqual(check(events).stdout, [
    'gmx    3 new of 90      41 kB',
    'work   nothing new of 12',
  ]);
  assert.deepEqual(check(events, { tty: false }).stdout, [
    'gmx: 3 new of 90, 41 kB',
    'work: nothing new of 12',
  ]);
  assert.deepEqual(check(events, { count: true }).stdout, ['3']);
  assert.deepEqual(check(events, { quiet: true }).stdout, []);
});

test('check tells failures on stderr, quiet or not', () => {
  const end = accountEnd('gmx', { failure: failure('auth', { host: 'pop.gmx.net' }) });
  for (const quiet of [false, true]) {
    const { stdout, stderr } = check([runStart(['gmx'], true), end], { quiet });
    assert.deepEqual(stdout, []);
    assert.deepEqual(stderr, [
      'gmx    FAIL  login refused by pop.gmx.net',
      '       GMX: POP3 must be switched on in the web mail settings.',
    ]);
  }
});

test('what is to be looked at is told beside the results', () => {
  const notice: PopfetchEvent = { type: 'notice', account: 'gmx', text: 'odd\u001b' };
  const { stderr } = check([runStart(['gmx'], true), notice]);
  assert.deepEqual(stderr, ['gmx    warn  odd?']);
});

test('peek prints a line a message in columns, its text below', () => {
  const ann = peeked({ lines: ['Hi Joe,', 'attached are the minutes; please look at item 3.'] });
  const events = [runStart(['gmx'], true), list('gmx', 90, 1), ann, accountEnd('gmx', {})];
  assert.deepEqual(peek(events), [
    'gmx 88  22 Nov 06:51  4.3 kB  Ann Example          Minutes of Tuesday',
    '        Hi Joe,',
    '        attached are the minutes; please look at item 3.',
  ]);
});

test('peek cuts what is too wide on a terminal only, and breaks lines of text', () => {
  const long = peeked({ subject: 'long '.repeat(30), lines: ['word '.repeat(40).trim(), 'last'] });
  const events = [runStart(['gmx'], true), list('gmx', 90, 1), long];
  const [head = '', ...text] = peek(events);
  assert.ok(head.length <= 79 && head.startsWith('gmx 88'));
  assert.equal(text.length, 2);
  assert.ok(text.every((line) => line.length <= 79 && line.startsWith('        word')));
  assert.ok((peek(events, { tty: false })[0] ?? '').length > 79);
});

test('peek keeps its columns with names in wide characters', () => {
  const [head = ''] = peek([
    runStart(['a'], true),
    peeked({ from: { name: '王小明', address: '' } }),
  ]);
  assert.match(head, /王小明 {15}Minutes/);
});

test('peek makes every text of a message safe', () => {
  const hostile = '\u001b[2J\u009b1m\u202e';
  const event = peeked({
    from: { name: hostile, address: '' },
    subject: hostile,
    lines: [hostile],
  });
  assert.doesNotMatch(peek([runStart(['a'], true), event]).join(''), /[\p{Cc}\u202e]/u);
});

interface Form {
  readonly tty?: boolean;
  readonly quiet?: boolean;
  readonly count?: boolean;
}

function check(
  events: readonly PopfetchEvent[],
  { tty = true, quiet = false, count = false }: Form = {},
) {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const tell = checkReporter({ stdout, stderr, tty, quiet, now, count });
  for (const event of events) tell(event);
  return { stdout: stdout.lines, stderr: stderr.lines };
}

function peek(events: readonly PopfetchEvent[], { tty = true }: Form = {}): readonly string[] {
  const stdout = new Collected();
  const form = { stdout, stderr: new Collected(), tty, quiet: false, now };
  const tell = peekReporter({ ...form, lines: 2, raw: false });
  for (const event of events) tell(event);
  return stdout.lines;
}

function list(account: string, messages: number, unseen: number): PopfetchEvent {
  const sizes = { size: 0, newSize: 0 };
  return { type: 'account.list', account, messages, new: unseen, ...sizes };
}

function peeked(event: Partial<Extract<PopfetchEvent, { type: 'peek' }>>): PopfetchEvent {
  const usual = { uid: 'u', number: 88, size: 4300, isNew: true, subject: 'Minutes of Tuesday' };
  const from = { name: 'Ann Example', address: 'ann@example.org' };
  return { type: 'peek', account: 'gmx', ...usual, from, date: at(6, 51), lines: [], ...event };
}
