import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asFailure, Failure } from '../src/errors.ts';

describe('what was thrown, as a failure', () => {
  it('is what went wrong first, however often the clearing up failed after it', async () => {
    const first = new Failure('io_error', 'the disk');
    const work = () => withTrouble('unlock', () => Promise.reject(first));
    const thrown: unknown = await withTrouble('close', work).catch((error: unknown) => error);
    assert.notEqual(thrown, first);
    assert.equal(asFailure(thrown), first);
  });

  it('is a bug where it is none of ours', () => {
    assert.equal(asFailure(new TypeError('x')).code, 'internal');
    assert.equal(asFailure('text').code, 'internal');
  });
});

async function withTrouble(what: string, work: () => Promise<never>): Promise<never> {
  await using _ = { [Symbol.asyncDispose]: () => Promise.reject(new Error(what)) };
  return await work();
}
