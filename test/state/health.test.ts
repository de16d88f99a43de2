import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureCode } from '../../src/errors.ts';
import { type Alerts, type Failing, nextHealth } from '../../src/state/health.ts';

const minute = 60_000;
const hour = 60 * minute;
const alerts: Alerts = { after: 3, remind: 24 * hour };

describe('the health of an account', () => {
  it('announces one failure, no reminder and one recovery for a night without a network', () => {
    assert.deepEqual(
      polls(300, (poll) => (poll >= 10 && poll <= 250 ? 'connect' : 'ok')),
      ['12 failed', '251 recovered'],
    );
  });

  it('announces a refused login at once, with a reminder a day', () => {
    assert.deepEqual(
      polls(700, (poll) => (poll >= 10 && poll <= 600 ? 'auth' : 'ok')),
      ['10 failed', '298 still-failing', '586 still-failing', '601 recovered'],
    );
  });

  const cases: readonly [string, readonly (FailureCode | 'ok')[], readonly string[]][] = [
    ['nothing while all is well', ['ok', 'ok'], []],
    ['nothing of two timeouts that pass', ['timeout', 'timeout', 'ok', 'ok'], []],
    ['a temporary failure at the third poll', ['dns', 'dns', 'dns', 'dns'], ['3 failed']],
    ['mixed temporary failures at the third', ['dns', 'timeout', 'in_use'], ['3 failed']],
    ['a full disk at once', ['no_space', 'no_space'], ['1 failed']],
    ['a failing disk at once', ['io_error'], ['1 failed']],
    ['a bug at once', ['internal'], ['1 failed']],
    ['a permanent failure behind unannounced ones', ['dns', 'auth'], ['2 failed']],
    ['another permanent failure too', ['auth', 'no_space', 'no_space'], ['1 failed', '2 failed']],
    [
      'a code that comes and goes only once',
      ['auth', 'no_space', 'auth', 'no_space', 'auth', 'ok'],
      ['1 failed', '2 failed', '6 recovered'],
    ],
    [
      'a temporary failure that takes the place of a permanent one, once enough polls failed',
      ['auth', 'dns', 'dns', 'ok'],
      ['1 failed', '3 failed', '4 recovered'],
    ],
    [
      'the same failure anew after a recovery',
      ['auth', 'ok', 'auth'],
      ['1 failed', '2 recovered', '3 failed'],
    ],
    ['nothing while another popfetch polls', ['locked', 'locked', 'locked', 'locked'], []],
    [
      'nothing of a pause, nor does it end a failure',
      ['auth', 'auth_paused', 'ok'],
      ['1 failed', '3 recovered'],
    ],
    ['nothing of being stopped', ['dns', 'interrupted', 'dns', 'interrupted', 'ok'], []],
  ];
  for (const [title, outcomes, expected] of cases) {
    it(`announces ${title}`, () => {
      assert.deepEqual(
        polls(outcomes.length, (poll) => outcomes[poll - 1] ?? 'ok'),
        expected,
      );
    });
  }

  it('counts failed polls in a row, and those with the same code', () => {
    const [failing] = after(['dns', 'auth', 'auth']);
    assert.deepEqual(failing, {
      since: 0,
      count: 3,
      code: 'auth',
      sameCode: 2,
      announcedAt: 5 * minute,
      announced: ['auth'],
    });
  });

  it('says since when and how often when it reminds', () => {
    const [failing] = after(['auth']);
    const { announce } = nextHealth(failing, { ok: false, code: 'auth' }, alerts, 25 * hour);
    assert.deepEqual(announce, { kind: 'still-failing', since: 0, count: 2 });
  });

  it('still reminds when the clock was set back by years', () => {
    let failing: Failing | undefined = after(['auth'])[0];
    failing = nextHealth(failing, { ok: false, code: 'auth' }, alerts, -9000 * hour).failing;
    const later = nextHealth(failing, { ok: false, code: 'auth' }, alerts, -8970 * hour);
    assert.equal(later.announce?.kind, 'still-failing');
  });
});

/** What is announced at which poll; polls are 5 minutes apart and count from 1. */
function polls(count: number, outcome: (poll: number) => FailureCode | 'ok'): string[] {
  return after(Array.from({ length: count }, (_, index) => outcome(index + 1)))[1];
}

function after(outcomes: readonly (FailureCode | 'ok')[]): [Failing | undefined, string[]] {
  let failing: Failing | undefined;
  const announced: string[] = [];
  for (const [index, code] of outcomes.entries()) {
    const outcome = code === 'ok' ? { ok: true as const } : { ok: false as const, code };
    const next = nextHealth(failing, outcome, alerts, index * 5 * minute);
    failing = next.failing;
    if (next.announce !== undefined) announced.push(`${index + 1} ${next.announce.kind}`);
  }
  return [failing, announced];
}
