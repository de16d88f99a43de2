import type { PollPolicy } from '../../src/poll/plan.ts';

/** Fetches everything and leaves it on the server. */
export const plainPolicy: PollPolicy = {
  keep: true,
  atMost: undefined,
  isClockSure: true,
  maxSize: undefined,
  limit: undefined,
  maxBytes: undefined,
  order: 'oldest',
  fetch: 'all',
};
