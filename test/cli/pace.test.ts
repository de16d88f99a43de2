import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demandedAt, paceNotice } from '../../src/cli/pace.ts';
import { nextPollAt } from '../../src/scheduler/next-poll.ts';

const minute = 60_000;

for (const [host, every, expected] of [
  ['pop3.web.de', 5, 15],
  ['POP3.WEB.DE', 15, 15],
  ['pop3.web.de', 60, 60],
  ['pop.gmx.net', 1, 1],
  ['ssl0.ovh.net', 0.5, 1],
  ['pop.example.org', 0.1, 0.1],
] as const)
  test(`${host} every ${every} min is polled every ${expected} min, and told so when it differs`, () => {
    const pace = { every: every * minute, atLeast: demandedAt(host) };
    const next = nextPollAt(pace, { endedAt: 0, failures: 0, refusals: 0 }, 0.5);
    assert.equal(next, expected * minute);
    const notice = paceNotice({ host, every: pace.every });
    assert.equal(notice !== undefined, expected > every);
    if (notice !== undefined)
      assert.match(notice, new RegExp(`^polled every ${expected} min, not`));
  });
