import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trouble } from '../../src/doctor/finding.ts';
import { asFailure, Failure, type FailureCode, failureNatures } from '../../src/errors.ts';

const context = { now: 0, account: 'gmx', host: 'pop.example', port: 995 };

test('there is a way out of every failure', () => {
  for (const code of Object.keys(failureNatures) as FailureCode[])
    assert.match(trouble('login', new Failure(code, code), context).fix ?? '', /\w.*[.)]$/, code);
});

test('what is of the moment alone is no error, and no promise to try again is made', () => {
  const inUse = trouble('login', new Failure('in_use', 'in use'), context);
  assert.deepEqual([inUse.level, inUse.details], ['warn', undefined]);
  assert.equal(trouble('login', new Failure('auth', 'no'), context).level, 'error');
});

test('a bug comes with its stack', () => {
  const bug = trouble('state', asFailure(new TypeError('oh')), context);
  assert.match(bug.details?.join('\n') ?? '', /TypeError: oh\n +at /);
});

test('a mail server that does not answer is looked for in deliver, not in host', () => {
  const failure = new Failure('connect', 'no', { phase: 'deliver', host: 'lmtp.example' });
  assert.match(trouble('deliver', failure, context).fix ?? '', /^Check deliver:/);
});
