import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import type { PopfetchEvent } from '../../src/events.ts';
import { jsonError, jsonReporter } from '../../src/log/json.ts';
import {
  accountEnd,
  accountStart,
  at,
  Collected,
  failure,
  message,
  runEnd,
  runStart,
} from './support.ts';

const now = at(9, 40);
const common = { v: 1, time: new Date(now).toISOString(), run: 'r1' };

function tell(events: readonly PopfetchEvent[]) {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const emit = jsonReporter({ stdout, stderr, run: 'r1', now: () => now });
  for (const event of events) emit(event);
  const objects = ({ lines }: Collected) => lines.map((line): unknown => JSON.parse(line));
  return { stdout, stderr, out: objects(stdout), errors: objects(stderr) };
}

test('each event is one object with version, event, time and run', () => {
  const { out } = tell([
    runStart(['gmx']),
    accountStart('gmx', 'pop.gmx.net'),
    { type: 'account.list', account: 'gmx', messages: 90, size: 221, new: 3, newSize: 41 },
    message('gmx', 'delivered', 88, {
      destination: '~/Maildir/',
      path: '/m/new/1',
      sha256: 'ab',
      messageId: '<1@x>',
    }),
    { type: 'notice', account: 'gmx', text: 'odd' },
    accountEnd('gmx', {
      counts: { new: 1, bytes: 4300, wanted: 1, onServer: 90, onServerSize: 221 },
      durationMs: 812.4,
    }),
    runEnd({ new: 1, bytes: 4300 }),
  ]);
  assert.deepEqual(out, [
    { ...common, event: 'run.start', version: '0.1.0', accounts: ['gmx'], dryRun: false },
    {
      ...common,
      event: 'account.start',
      account: 'gmx',
      host: 'pop.gmx.net',
      port: 995,
      tls: 'on',
    },
    {
      ...common,
      event: 'account.list',
      account: 'gmx',
      messages: 90,
      size: 221,
      new: 3,
      newSize: 41,
    },
    {
      ...common,
      event: 'message',
      account: 'gmx',
      action: 'delivered',
      uidl: 'uid-88',
      number: 88,
      size: 4300,
      destination: '~/Maildir/',
      path: '/m/new/1',
      sha256: 'ab',
      messageId: '<1@x>',
    },
    { ...common, event: 'notice', account: 'gmx', message: 'odd' },
    {
      ...common,
      event: 'account.end',
      account: 'gmx',
      ok: true,
      new: 1,
      bytes: 4300,
      deleted: 0,
      skipped: 0,
      onServer: 90,
      onServerSize: 221,
      durationMs: 812,
    },
    {
      ...common,
      event: 'run.end',
      ok: true,
      exitCode: 0,
      accountsOk: 1,
      accountsFailed: 0,
      failed: [],
      new: 1,
      bytes: 4300,
      durationMs: 900,
    },
  ]);
});

test('a failure is an error object on stderr, and a code at the account end', () => {
  const serverSaid = '-ERR [AUTH] no';
  const { out, errors } = tell([
    accountStart('gmail', 'pop.gmail.com'),
    accountEnd('gmail', {
      failure: failure('auth', { serverSaid }),
      failing: { since: at(9, 10), count: 3 },
    }),
  ]);
  assert.deepEqual(errors, [
    {
      ...common,
      event: 'error',
      account: 'gmail',
      code: 'auth',
      temporary: false,
      message: 'login refused by pop.gmail.com',
      hint: 'Gmail takes an app password, not the account password.',
      serverSaid,
      since: new Date(at(9, 10)).toISOString(),
      count: 3,
    },
  ]);
  const end = out.at(-1) as Record<string, unknown>;
  assert.deepEqual([end.ok, end.code], [false, 'auth']);
});

test('a failure outside any poll can be told the same way', () => {
  const line = jsonError(new Failure('config', 'no configuration'), { run: 'r1', now: () => now });
  const told = { event: 'error', code: 'config', temporary: false, message: 'no configuration' };
  assert.deepEqual(JSON.parse(line), { ...common, ...told });
});

test('phases and the protocol dialogue are not shown', () => {
  const { stdout } = tell([
    { type: 'account.phase', account: 'gmx', phase: 'list' },
    { type: 'transcript', account: 'gmx', direction: 'sent', line: 'STAT' },
  ]);
  assert.equal(stdout.text, '');
});

test('a hostile unique-id is escaped, not lost', () => {
  const uid = 'a\u001b[31m\u0085\u009b\u202e\n\ud800';
  const { stdout, out } = tell([message('gmx', 'delivered', 1, { uid })]);
  assert.doesNotMatch(stdout.text.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  assert.equal((out[0] as Record<string, unknown>).uidl, uid);
});
