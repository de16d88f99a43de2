import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PopfetchEvent } from '../../src/events.ts';
import { Progress } from '../../src/log/progress.ts';
import { progressLines } from '../../src/log/progress-lines.ts';
import { minuteProgress, ProgressScreen } from '../../src/log/progress-screen.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { screenOf } from '../support/pty.ts';
import { accountEnd, accountStart, message, runEnd, runStart } from './support.ts';

const list = (account: string, unseen: number, newSize: number): PopfetchEvent => ({
  type: 'account.list',
  account,
  messages: unseen,
  size: newSize,
  new: unseen,
  newSize,
});

function delivered(account: string, many: number, size: number): PopfetchEvent[] {
  return Array.from({ length: many }, (_, at) => message(account, 'delivered', at + 1, { size }));
}

class Screen {
  readonly clock = new FakeClock();
  text = '';
  writes = 0;
  size = { columns: 100, rows: 24 };
  readonly progress = new ProgressScreen({
    stderr: {
      write: (text: string) => {
        this.writes += 1;
        this.text += text;
      },
    },
    clock: this.clock,
    size: () => this.size,
  });

  tell(...events: readonly PopfetchEvent[]): void {
    for (const event of events) this.progress.note(event);
  }

  get shown(): string[] {
    return screenOf(this.text, this.size.columns);
  }
}

test('nothing is shown within the first second, and nothing is left at the end', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx', 'home']), accountStart('gmx', 'pop.gmx.net'));
  await screen.clock.pass(999);
  assert.equal(screen.text, '');
  await screen.clock.pass(101);
  assert.deepEqual(screen.shown, [
    'gmx    connecting to pop.gmx.net',
    '2 accounts, 0 done                                    Ctrl-C finishes the current message',
  ]);
  screen.tell(accountEnd('gmx', {}), runEnd({}));
  assert.deepEqual(screen.shown, []);
});

test('an account that fetches has a bar, counts, sizes, rate and time left', async () => {
  const screen = new Screen();
  screen.tell(
    runStart(['work', 'gmx', 'home']),
    accountEnd('work', {}),
    accountStart('gmx', 'pop.gmx.net'),
    list('gmx', 2310, 291_000_000),
    accountStart('home', 'pop.home.example'),
  );
  await screen.clock.pass(24_000);
  screen.tell(...delivered('gmx', 1204, 123_000));
  await screen.clock.pass(200);
  assert.deepEqual(screen.shown, [
    'gmx    [==========>         ]  1204/2310   148 of 291 MB   6.1 MB/s   0:23',
    'home   connecting to pop.home.example',
    '3 accounts, 1 done   1204 messages, 148 MB            Ctrl-C finishes the current message',
  ]);
});

test('a message that takes long shows while it comes, and what else a server says does not', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx']), accountStart('gmx', 'h'));
  screen.progress.received('gmx', 5000);
  screen.tell(list('gmx', 2, 200_000_000));
  const bar = () => screen.shown[0];
  await screen.clock.pass(10_000);
  screen.progress.received('gmx', 50_000_000);
  await screen.clock.pass(200);
  assert.equal(bar(), 'gmx    [=====>              ]  0/2   50 of 200 MB   4.9 MB/s   0:31');
  screen.progress.received('gmx', 50_000_200);
  screen.tell(...delivered('gmx', 1, 100_000_000));
  await screen.clock.pass(200);
  assert.match(bar() ?? '', /^gmx {4}\[==========> {9}\] {2}1\/2 {3}100 of 200 MB /);
  screen.progress.received('gmx', 100_001_000);
  await screen.clock.pass(200);
  assert.match(bar() ?? '', /\[={20}\] {2}1\/2 {3}200 of 200 MB .* 0:00$/);
});

test('there are at most ten frames a second, and none where nothing has changed', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx']), accountStart('gmx', 'h'), list('gmx', 1000, 1_000_000));
  await screen.clock.pass(2000);
  const before = screen.writes;
  for (let step = 0; step < 100; step++) {
    screen.tell(...delivered('gmx', 1, 1000));
    await screen.clock.pass(10);
  }
  assert.ok(screen.writes - before <= 10, String(screen.writes - before));
  assert.ok(screen.writes - before >= 9);
  const still = new Screen();
  still.tell(runStart(['gmx']), accountStart('gmx', 'h'));
  await still.clock.pass(10_000);
  assert.equal(still.writes, 1);
});

test('lines that are to stay are printed above, and the progress comes back below them', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx', 'home']), accountStart('gmx', 'h'), accountStart('home', 'g'));
  await screen.clock.pass(1100);
  screen.progress.giveWay();
  screen.text += 'home   nothing new\r\n';
  screen.tell(accountEnd('home', {}));
  await screen.clock.pass(200);
  assert.deepEqual(screen.shown.slice(0, 2), ['home   nothing new', 'gmx    connecting to h']);
  screen.tell(accountEnd('gmx', {}), runEnd({}));
  assert.deepEqual(screen.shown, ['home   nothing new']);
});

test('a question is asked with no progress around it', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx']), accountStart('gmx', 'h'));
  await screen.clock.pass(1500);
  let answer: (text: string) => void = () => undefined;
  const asked = screen.progress.aside(
    () =>
      new Promise<string>((resolve) => {
        answer = resolve;
      }),
  );
  assert.deepEqual(screen.shown, []);
  screen.tell(list('gmx', 3, 300));
  await screen.clock.pass(1000);
  assert.deepEqual(screen.shown, []);
  answer('secret');
  assert.equal(await asked, 'secret');
  await screen.clock.pass(200);
  assert.equal(screen.shown.length, 2);
});

test('a terminal made narrower is cleared of the lines that it wrapped', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx']), accountStart('gmx', 'h'));
  await screen.clock.pass(1500);
  screen.size = { columns: 50, rows: 24 };
  const wrapped = screenOf(screen.text, 50);
  assert.equal(wrapped.length, 3);
  screen.tell(runEnd({}));
  assert.deepEqual(screenOf(screen.text, 50), []);
});

for (const columns of [20, 30, 40, 60, 80, 200])
  test(`no line reaches the edge of ${columns} columns, with more accounts than rows`, () => {
    let now = 0;
    const progress = new Progress(() => now);
    const names = Array.from({ length: 40 }, (_, at) => `account-${at}`);
    progress.note(runStart(names));
    for (const name of names) {
      progress.note(accountStart(name, 'pop.a-long-name.example'));
      progress.note(list(name, 1_000_000, 99_000_000_000));
      for (const event of delivered(name, 3, 5_000_000)) progress.note(event);
    }
    now = 5000;
    const lines = progressLines(progress, now, { columns, rows: 10 });
    assert.equal(lines.length, 9);
    for (const line of lines) assert.ok(line.length < columns, line);
    if (columns >= 60) assert.match(lines.at(-1) ?? '', /40 accounts, 0 done, 32 more at work/);
  });

test('without a terminal a transfer of minutes is told of once a minute', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  using progress = minuteProgress({ stderr: { write: (text: string) => lines.push(text) }, clock });
  progress.note(runStart(['gmx', 'home']));
  progress.note(accountStart('gmx', 'h'));
  progress.note(accountStart('home', 'h'));
  progress.note(list('gmx', 2310, 291_000_000));
  await clock.pass(59_999);
  assert.deepEqual(lines, []);
  for (const event of delivered('gmx', 1204, 123_000)) progress.note(event);
  await clock.pass(120_001);
  const line = 'gmx: 1204 of 2310 messages, 148 of 291 MB\n';
  assert.deepEqual(lines, [line, line, line]);
  progress.note(accountEnd('gmx', {}));
  await clock.pass(120_000);
  assert.equal(lines.length, 3);
});

test('an account cannot draw on the terminal by its host', async () => {
  const screen = new Screen();
  screen.tell(runStart(['gmx']), accountStart('gmx', 'h\u001b[2J'));
  await screen.clock.pass(1500);
  assert.ok(!screen.text.includes('\u001b[2J'));
});
