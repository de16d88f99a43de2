import type { AccountStatus } from '../state/status.ts';
import { exposition, type Family, type Sample } from './exposition.ts';

export interface MeteredAccount {
  readonly account: string;
  readonly status: AccountStatus;
}

/** The figures of all accounts as they are `now` (ms since 1970), for Prometheus. What is not known is left out. */
export function metricsText(
  accounts: readonly MeteredAccount[],
  { version, now }: { readonly version: string; readonly now: number },
): string {
  const family = (
    [name, type, help]: readonly [string, Family['type'], string],
    figureOf: (status: AccountStatus) => number | undefined,
  ): Family => ({
    name: `popfetch_${name}`,
    type,
    help,
    samples: accounts.flatMap(({ account, status }) => sample({ account }, figureOf(status))),
  });
  return exposition([
    {
      name: 'popfetch_build_info',
      type: 'gauge',
      help: 'Version of the popfetch that wrote this.',
      samples: [{ labels: { version }, value: 1 }],
    },
    family(
      ['last_poll_timestamp_seconds', 'gauge', 'When the last poll ended.'],
      ({ lastPollAt }) => seconds(lastPollAt),
    ),
    family(
      ['last_success_timestamp_seconds', 'gauge', 'When the last poll that went well ended.'],
      ({ lastSuccessAt }) => seconds(lastSuccessAt),
    ),
    family(['failing', 'gauge', 'Whether the last poll failed (1) or not (0).'], ({ failing }) =>
      failing === undefined ? 0 : 1,
    ),
    { ...failuresFamily, samples: accounts.flatMap(failureSamples) },
    family(['messages_total', 'counter', 'Messages delivered.'], ({ delivered }) => delivered),
    family(
      ['bytes_total', 'counter', 'Octets of the messages delivered.'],
      ({ deliveredBytes }) => deliveredBytes,
    ),
    family(
      ['maildrop_messages', 'gauge', 'Messages on the server after the last poll.'],
      ({ onServer }) => onServer,
    ),
    family(
      ['maildrop_bytes', 'gauge', 'Octets on the server after the last poll.'],
      ({ onServerSize }) => onServerSize,
    ),
    family(
      [
        'due_lag_seconds',
        'gauge',
        'How long the next poll is overdue, or how late the last began.',
      ],
      (status) => seconds(lagOf(status, now)),
    ),
  ]);
}

const failuresFamily = {
  name: 'popfetch_failures_total',
  type: 'counter',
  help: 'Polls that failed, by error code.',
} as const;

function failureSamples({ account, status }: MeteredAccount): Sample[] {
  return Object.entries(status.failures).flatMap(([code, count]) =>
    sample({ account, code }, count),
  );
}

/** Only a scheduler knows when an account is due. */
function lagOf({ nextPollAt, lateBy }: AccountStatus, now: number): number | undefined {
  const overdue = nextPollAt === undefined ? undefined : Math.max(now - nextPollAt, 0);
  return overdue === undefined || overdue === 0 ? (lateBy ?? overdue) : overdue;
}

function sample(labels: Sample['labels'], value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
