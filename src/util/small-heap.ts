import { setFlagsFromString } from 'node:v8';

let isSmall = false;

/**
 * V8 would rather take memory than time: 180 MB for the first fetch of 100,000 messages, in hardly less time than these
 * settings need for half of it. Little survives a scavenge here, so the young generation can stay small.
 *
 * BEWARE: whatever V8 loads from a code cache afterwards is compiled anew, Node's own modules too. Done at the start, that
 * was a large part of a cron run's instructions. So call this late, and only where there is much to do.
 */
export function keepHeapSmall(): void {
  if (isSmall) return;
  isSmall = true;
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
