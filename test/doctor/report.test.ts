import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingLines, reportForm, summaryLine } from '../../src/doctor/report.ts';

const found = {
  level: 'error',
  check: 'login',
  account: 'gmx',
  text: 'login refused by pop.gmx.net',
  details: ['it said: -ERR \u001b[31mno\u001b[0m'],
  fix: 'GMX lets programs in only where POP3 was allowed in the settings of the mailbox.',
} as const;

test('account, level and check are columns; what belongs to a finding stands below it', () => {
  assert.equal(
    findingLines(found, reportForm(['gmx'], true)),
    `gmx       error  login     login refused by pop.gmx.net
                           it said: -ERR ?[31mno?[0m
                           GMX lets programs in only where POP3 was allowed in
                           the settings of the mailbox.
`,
  );
});

test('for a pipe no line is broken, so that each finding is on one', () => {
  const long = { level: 'ok', check: 'capa', text: 'WORD '.repeat(40).trim() } as const;
  assert.equal(
    findingLines(long, reportForm([], false)),
    `popfetch  ok     capa      ${long.text}\n`,
  );
});

test('the last line has no word of those that people look for', () => {
  const warning = { level: 'warn', check: 'tls', text: '' } as const;
  const summaries = [[], [warning], [found], [found, warning]].map(summaryLine);
  assert.deepEqual(summaries, [
    '0 checks, all is well\n',
    '1 check: nothing to mend, 1 to look at\n',
    '1 check: 1 to mend\n',
    '2 checks: 1 to mend, 1 to look at\n',
  ]);
});
