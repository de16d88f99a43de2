import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { hiddenPrompt } from '../../src/config/prompt.ts';
import { Failure } from '../../src/errors.ts';

/** A terminal as far as a prompt needs one. */
class Terminal extends EventEmitter {
  raw = false;
  flowing = false;
  shown = '';

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }

  setEncoding(): void {}

  resume(): void {
    this.flowing = true;
    this.emit('asked');
  }

  pause(): void {
    this.flowing = false;
  }

  write(text: string): void {
    this.shown += text;
  }

  type(text: string): void {
    assert.ok(this.raw, 'what is typed would be shown');
    this.emit('data', text);
  }
}

const { signal } = new AbortController();

/** What is typed as soon as the question stands there. */
async function answering(keys: string): Promise<{ answer: string; terminal: Terminal }> {
  const terminal = new Terminal();
  terminal.once('asked', () => {
    for (const part of keys.split('|')) terminal.type(part);
  });
  const answer = await hiddenPrompt(terminal, terminal)('Password: ', signal);
  return { answer, terminal };
}

for (const [keys, expected] of [
  ['word\r', 'word'],
  ['wo|rd|\n', 'word'],
  ['wrong\u0015word\r', 'word'],
  ['wordd\u007f\r', 'word'],
  ['x\u007f\u007fword\r', 'word'],
  ['w\u{1f600}\u007ford\r', 'word'],
  ['word\rmore\r', 'word'],
  ['\r', ''],
] as const)
  test(`typing ${JSON.stringify(keys)} gives ${JSON.stringify(expected)}`, async () => {
    const { answer, terminal } = await answering(keys);
    assert.equal(answer, expected);
    assert.equal(terminal.shown, 'Password: \n');
    assert.deepEqual([terminal.raw, terminal.flowing], [false, false]);
    assert.equal(terminal.listenerCount('data'), 0);
  });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return error instanceof Failure ? error.code : String(error);
}

test('Ctrl-C interrupts, Ctrl-D gives no password, and the terminal is as before', async () => {
  assert.equal(await codeOf(answering('wo\u0003')), 'interrupted');
  assert.equal(await codeOf(answering('wo\u0004')), 'secret_unavailable');
});

test('a prompt that nobody answers gives up', async () => {
  const terminal = new Terminal();
  const answer = hiddenPrompt(terminal, terminal, 1)('Password: ', signal);
  assert.equal(await codeOf(answer), 'secret_unavailable');
  assert.equal(terminal.raw, false);
});

test('an interrupted run ends the prompt', async () => {
  const terminal = new Terminal();
  const controller = new AbortController();
  terminal.once('asked', () => controller.abort());
  const answer = hiddenPrompt(terminal, terminal)('Password: ', controller.signal);
  assert.equal(await codeOf(answer), 'interrupted');
  assert.equal(terminal.raw, false);
});

test('questions that come at once are put one after the other', async () => {
  const terminal = new Terminal();
  const answers = ['one', 'two', 'three'];
  terminal.on('asked', () => terminal.type(`${answers.shift()}\r`));
  const ask = hiddenPrompt(terminal, terminal);
  const asked = [ask('A: ', signal), ask('B: ', signal), ask('C: ', signal)];
  assert.deepEqual(await Promise.all(asked), ['one', 'two', 'three']);
  assert.equal(terminal.shown, 'A: \nB: \nC: \n');
});

test('a question that fails does not keep the next one from being put', async () => {
  const terminal = new Terminal();
  const keys = ['\u0004', 'two\r'];
  terminal.on('asked', () => terminal.type(keys.shift() ?? ''));
  const ask = hiddenPrompt(terminal, terminal);
  const [first, second] = [ask('A: ', signal), ask('B: ', signal)];
  assert.equal(await codeOf(first), 'secret_unavailable');
  assert.equal(await second, 'two');
});
