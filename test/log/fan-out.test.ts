import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Emit } from '../../src/events.ts';
import { fanOut } from '../../src/log/fan-out.ts';
import { runEnd, runStart } from './support.ts';

test('a reporter that throws is dropped, told of once, and the others go on', () => {
  const told: string[] = [];
  const troubles: unknown[] = [];
  const note =
    (name: string): Emit =>
    (event) =>
      told.push(`${name} ${event.type}`);
  const full = new Error('disk full');
  const broken: Emit = () => {
    told.push('broken');
    throw full;
  };
  const emit = fanOut([note('a'), broken, note('b')], (thrown) => troubles.push(thrown));
  emit(runStart(['gmx']));
  emit(runEnd({}));
  assert.deepEqual(told, ['a run.start', 'broken', 'b run.start', 'a run.end', 'b run.end']);
  assert.deepEqual(troubles, [full]);
});
