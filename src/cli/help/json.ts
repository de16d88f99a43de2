import { type Row, rowLines } from './layout.ts';

/** The events of `--json`, each with what it has beside v, event, time and run. */
export const jsonEvents: readonly Row[] = [
  ['run.start', 'version, accounts, dryRun'],
  ['account.start', 'account, host, port, tls'],
  ['account.list', 'account, messages, size, new, newSize'],
  [
    'message',
    'account, action (delivered, skipped, rejected, deleted, quarantined, would_deliver, would_delete, would_skip), uidl, number, size, destination, path, sha256, messageId, reason, output, durationMs',
  ],
  ['peek', 'account, uidl, number, size, new, from, subject, date, lines'],
  ['notice', 'message; account, where it concerns one'],
  ['hook', 'account, hook, ok, durationMs, problem, output'],
  ['error', 'on stderr: account, code, temporary, message, hint, serverSaid, since, count, stack'],
  [
    'account.end',
    'account, ok, new, bytes, deleted, skipped, onServer, onServerSize, durationMs, nextPoll, code',
  ],
  ['adopt', 'account, onServer, known, recognised, left, cutShort, unshown, local'],
  ['adopt.end', 'account, recorded'],
  ['doctor', 'account, check, level (ok, warn, error), message, details, fix, code'],
  ['doctor.end', 'ok, exitCode, checks, errors, warnings'],
  ['import.account', 'tool, account, isNew, settings, seen, unknown, notes'],
  ['import.plan', 'tool, files, notes'],
  ['import.end', 'outcome, path, added, recorded'],
  ['run.reload', 'accounts, problem'],
  ['run.end', 'ok, exitCode, accountsOk, accountsFailed, failed, new, bytes, durationMs'],
];

/** `popfetch help json` */
export function jsonTopic(): string {
  return [
    'With --json each line of standard output is an object with v (1), event, time',
    '(UTC) and run; errors are such lines on standard error. What is not known is',
    'absent. Fields may be added.',
    '',
    ...jsonEvents.flatMap((row) => rowLines(row, 18, '  ')),
    '',
    'The files of all messages delivered now:',
    '  popfetch --once --json | jq -r \'select(.action == "delivered").path\'',
  ].join('\n');
}
