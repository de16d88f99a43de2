import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { messageInput } from '../../src/cli/message-input.ts';
import { Failure } from '../../src/errors.ts';

const mega = 1024 * 1024;

test('a message on standard input passes through without being kept', async () => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  const chunks = function* () {
    for (let n = 0; n < 64; n++) yield Buffer.alloc(mega, 'x');
  };
  const before = process.memoryUsage().arrayBuffers;
  let octets = 0;
  const stop = new AbortController();
  for await (const chunk of messageInput(Readable.from(chunks()), stop.signal)) {
    octets += chunk.length;
    if (octets < 63 * mega) continue;
    collect();
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * mega);
  }
  assert.equal(octets, 64 * mega);
});

test('waiting for the message ends when the program is stopped', async () => {
  const stop = new AbortController();
  const input = messageInput(new Readable({ read: () => undefined }), stop.signal);
  const reading = input.next();
  stop.abort(new Failure('interrupted', 'stopped'));
  await assert.rejects(reading, { code: 'interrupted' });
});

test('nothing on standard input is no message', async () => {
  const { signal } = new AbortController();
  await assert.rejects(messageInput(Readable.from([]), signal).next(), { code: 'deliver_perm' });
});
