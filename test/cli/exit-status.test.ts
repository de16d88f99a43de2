import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExitStatus, exitStatus, worst } from '../../src/cli/exit-status.ts';
import { Failure, type FailureCode, type FailureFacts } from '../../src/errors.ts';

const table: Readonly<Record<FailureCode, ExitStatus>> = {
  usage: 64,
  deliver_perm: 65,
  destination_locked: 75,
  sys_perm: 69,
  internal: 70,
  no_space: 73,
  no_permission: 73,
  cannot_create: 73,
  state: 73,
  io_error: 74,
  secret_unavailable: 75,
  dns: 75,
  connect: 75,
  timeout: 75,
  in_use: 75,
  login_delay: 75,
  sys_temp: 75,
  connection_lost: 75,
  retrieve_refused: 75,
  delete_refused: 75,
  deliver_temp: 75,
  locked: 75,
  tls_verify: 76,
  tls_handshake: 76,
  protocol: 76,
  auth: 77,
  auth_method: 77,
  auth_paused: 77,
  config: 78,
  interrupted: 130,
};

for (const [code, status] of Object.entries(table))
  test(`${code} exits ${status}`, () =>
    assert.equal(exitStatus(new Failure(code as FailureCode, '')), status));

test('SIGTERM exits 143, SIGINT 130, SIGHUP 129', () => {
  const stopped = new Failure('interrupted', '');
  assert.equal(exitStatus(stopped, { signal: 'SIGTERM' }), 143);
  assert.equal(exitStatus(stopped, { signal: 'SIGINT' }), 130);
  assert.equal(exitStatus(stopped, { signal: 'SIGHUP' }), 129);
});

const lasting: readonly [FailureCode, FailureFacts, polls: number, ExitStatus][] = [
  ['dns', {}, 4, 69],
  ['connect', {}, 4, 69],
  ['connect', {}, 3, 75],
  ['timeout', { phase: 'connect' }, 4, 69],
  ['timeout', { phase: 'retr' }, 4, 75],
  ['connection_lost', {}, 40, 75],
  ['auth', {}, 40, 77],
];
for (const [code, facts, failedPolls, status] of lasting)
  test(`${code} in phase ${facts.phase ?? 'none'} for ${failedPolls} polls exits ${status}`, () => {
    const context = { failedPolls, alertsAfter: 3 };
    assert.equal(exitStatus(new Failure(code, '', facts), context), status);
  });

test('of several statuses the one that most needs a human wins', () => {
  const order: ExitStatus[] = [70, 78, 74, 77, 73, 65, 76, 69, 75, 1, 0];
  for (const [index, graver] of order.entries())
    for (const lesser of order.slice(index)) {
      assert.equal(worst([lesser, graver]), graver);
      assert.equal(worst([graver, lesser, 0]), graver);
    }
  assert.equal(worst([]), 0);
  assert.equal(worst([75, 130]), 130);
});
