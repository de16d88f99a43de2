import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExitContext, exitStatus } from '../../src/cli/exit-status.ts';
import { numbered, numberedPoll } from '../../src/cli/fetchmail-status.ts';
import { Failure, type FailureCode, type FailureFacts } from '../../src/errors.ts';

/** The column of SPEC 4. */
const column: readonly (readonly [FailureCode, number, FailureFacts?, ExitContext?])[] = [
  ['usage', 5],
  ['deliver_perm', 10],
  ['connect', 2, {}, { failedPolls: 4, alertsAfter: 3 }],
  ['dns', 11, {}, { failedPolls: 4, alertsAfter: 3 }],
  ['sys_perm', 2],
  ['internal', 23],
  ['no_space', 10, { phase: 'deliver' }],
  ['no_space', 6, { phase: 'state' }],
  ['no_permission', 10],
  ['cannot_create', 10, { phase: 'deliver' }],
  ['cannot_create', 6, { phase: 'state' }],
  ['state', 6],
  ['io_error', 10, { phase: 'deliver' }],
  ['io_error', 6, { phase: 'state' }],
  ['connect', 2],
  ['dns', 2],
  ['connection_lost', 2],
  ['secret_unavailable', 2],
  ['deliver_temp', 2],
  ['timeout', 7],
  ['locked', 8],
  ['in_use', 9],
  ['login_delay', 14],
  ['sys_temp', 14],
  ['protocol', 4],
  ['tls_verify', 2],
  ['tls_handshake', 2],
  ['auth', 3],
  ['auth_paused', 3],
  ['config', 5],
  ['interrupted', 130],
];
for (const [code, expected, facts, context] of column)
  test(`${code} ${JSON.stringify({ ...facts, ...context })} is ${expected} to fetchmail`, () => {
    const failure = new Failure(code, '', facts);
    const status = exitStatus(failure, context);
    assert.equal(numbered(status, 'fetchmail', failure), expected);
    assert.equal(numbered(status, 'default', failure), status);
  });

test('no mail is 1 to fetchmail, and 0 by default', () => {
  const empty = { new: 0, failure: undefined };
  assert.equal(numberedPoll(0, 'fetchmail', empty), 1);
  assert.equal(numberedPoll(0, 'fetchmail', { new: 2, failure: undefined }), 0);
  assert.equal(numberedPoll(0, 'default', empty), 0);
  assert.equal(numberedPoll(75, 'fetchmail', { ...empty, failure: new Failure('locked', '') }), 8);
});

test('what is numbered so already stays', () => {
  for (const status of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 23, 130, 143])
    assert.equal(numbered(status, 'fetchmail'), status);
});
