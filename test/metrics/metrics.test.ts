import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import { exposition } from '../../src/metrics/exposition.ts';
import { metricsText } from '../../src/metrics/metrics.ts';
import { replaceMetrics } from '../../src/metrics/metrics-file.ts';
import { noStatus } from '../../src/state/status.ts';
import { parseExposition } from '../support/prometheus.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const here = { version: '1.2.3', now: 1_000_000 };

test('labels and helps keep every character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (label, help) => {
      const samples = [{ labels: { label }, value: 1.5 }];
      const name = 'x_total';
      const text = exposition([{ name, type: 'counter', help: `.${help}`, samples }]);
      const expected = {
        help: `.${help}`,
        type: 'counter',
        samples: { [JSON.stringify({ label })]: 1.5 },
      };
      assert.deepEqual(parseExposition(text)[name], expected);
    }),
    { examples: [['a\\"b\n', 'c\\d\n']] },
  );
});

test('what is not known of an account is left out', () => {
  const text = metricsText([{ account: 'a', status: noStatus }], here);
  const families = parseExposition(text);
  assert.deepEqual(
    Object.entries(families).map(([name, { samples }]) => [name, ...Object.entries(samples)]),
    [
      ['popfetch_build_info', ['{"version":"1.2.3"}', 1]],
      ['popfetch_failing', ['{"account":"a"}', 0]],
      ['popfetch_messages_total', ['{"account":"a"}', 0]],
      ['popfetch_bytes_total', ['{"account":"a"}', 0]],
    ],
  );
});

const lags: readonly [title: string, status: object, lag: number | undefined][] = [
  ['unknown where no scheduler runs', { lateBy: undefined, nextPollAt: undefined }, undefined],
  ['none before the first poll is due', { nextPollAt: 1_500_000 }, 0],
  ['how late the last poll began', { lateBy: 2500, nextPollAt: 1_500_000 }, 2.5],
  ['how long the next one is overdue', { lateBy: 2500, nextPollAt: 940_000 }, 60],
];
for (const [title, status, lag] of lags)
  test(`the lag is ${title}`, () => {
    const text = metricsText([{ account: 'a', status: { ...noStatus, ...status } }], here);
    const family = parseExposition(text).popfetch_due_lag_seconds;
    assert.equal(family?.samples['{"account":"a"}'], lag);
  });

test('the file is replaced as a whole, for everybody to read', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'p.prom');
  const umask = process.umask(0o077);
  try {
    replaceMetrics(file, 'one\n', 'a');
    const reader = fs.openSync(file, 'r');
    replaceMetrics(file, 'two\n', 'b');
    assert.equal(fs.readFileSync(reader, 'utf8'), 'one\n');
    fs.closeSync(reader);
  } finally {
    process.umask(umask);
  }
  assert.equal(fs.readFileSync(file, 'utf8'), 'two\n');
  assert.equal(fs.statSync(file).mode & 0o777, 0o644);
  assert.deepEqual(fs.readdirSync(folder.path), ['p.prom']);
});

test('a file that cannot be written is named, and leaves nothing behind', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'p.prom');
  fs.mkdirSync(file);
  assert.throws(() => replaceMetrics(file, 'one\n', 'a'), isFailureNaming(file));
  assert.deepEqual(fs.readdirSync(folder.path), ['p.prom']);
  const nowhere = join(folder.path, 'no', 'p.prom');
  assert.throws(() => replaceMetrics(nowhere, 'one\n', 'a'), isFailureNaming(nowhere));
});

test('what is no file, as /dev/null, is not replaced by one', async () => {
  await using folder = await temporaryFolder();
  const pipe = join(folder.path, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  assert.throws(() => replaceMetrics(pipe, 'one\n', 'a'), isFailureNaming(pipe));
  assert.ok(fs.statSync(pipe).isFIFO());
  assert.deepEqual(fs.readdirSync(folder.path), ['pipe']);
});

function isFailureNaming(file: string) {
  return (thrown: unknown) => thrown instanceof Failure && thrown.message.startsWith(`${file}: `);
}
