import { type Row, rowLines } from './layout.ts';

/** An exit status for people; what it is for each failure stands in exit-status.ts and fetchmail-status.ts. */
export interface ExitCode {
  readonly statuses: readonly number[];
  readonly meaning: string;
  /** With `--exit-codes fetchmail`. */
  readonly fetchmail: string;
}

export const exitCodes: readonly ExitCode[] = [
  {
    statuses: [0],
    meaning: 'every account was polled and every new message delivered, new mail or not',
    fetchmail: '0 if mail was delivered, 1 if none',
  },
  {
    statuses: [1],
    meaning: 'nothing new, with --fail-on-empty or check --exit-code',
    fetchmail: '1',
  },
  { statuses: [64], meaning: 'the command line is wrong', fetchmail: '5' },
  {
    statuses: [65],
    meaning: 'a destination refused a message for good; verify found differences',
    fetchmail: '10',
  },
  {
    statuses: [69],
    meaning:
      'unreachable for more polls in a row than alerts.after, or until its operator acts; status --max-age was exceeded',
    fetchmail: '2 (11 where the name is not found)',
  },
  { statuses: [70], meaning: 'a bug: please report it', fetchmail: '23' },
  {
    statuses: [73],
    meaning:
      'mail or state cannot be written: disk full, no permission, a file where a folder should be',
    fetchmail: '10 (6 for state)',
  },
  {
    statuses: [74],
    meaning: 'the disk failed under mail or state',
    fetchmail: '10 (6 for state)',
  },
  {
    statuses: [75],
    meaning:
      'temporary: unreachable, timed out, connection lost, maildrop in use, password not to be had, another popfetch at work',
    fetchmail: '2 (7 timeout, 8 another popfetch, 9 maildrop in use, 14 server busy)',
  },
  {
    statuses: [76],
    meaning: 'the server does not speak POP3 properly; TLS or certificate',
    fetchmail: '4 (2 for TLS)',
  },
  { statuses: [77], meaning: 'login refused, or paused after that', fetchmail: '3' },
  {
    statuses: [78],
    meaning: 'the configuration is missing, wrong or unsafe',
    fetchmail: '5 (6 for its permissions)',
  },
  {
    statuses: [129, 130, 143],
    meaning: 'stopped by SIGHUP, SIGINT, SIGTERM',
    fetchmail: 'the same',
  },
];

/** `popfetch help exit-codes` */
export function exitCodesTopic(): string {
  const rows = exitCodes.map(
    ({ statuses, meaning, fetchmail }): Row => [
      statuses.join(', '),
      `${meaning}. fetchmail: ${fetchmail}`,
    ],
  );
  return [
    'Exit statuses, and in their place with --exit-codes fetchmail',
    '(or POPFETCH_EXIT_CODES=fetchmail) those that scripts for fetchmail expect:',
    '',
    ...rows.flatMap((row) => rowLines(row, 12, '  ')),
    '',
    'Of several accounts the failure counts that most needs a human:',
    '70, 78, 74, 77, 73, 65, 76, 69, 75. popfetch run exits 0 when it was stopped in',
    'order.',
  ].join('\n');
}
