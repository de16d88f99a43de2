import { nameColumn, nameWidth, terminalWidth, wrapped } from '../log/columns.ts';
import { formatCount } from '../log/format.ts';
import { jsonLine } from '../log/json.ts';
import { printable } from '../util/printable.ts';
import type { AccountFinding, Finding } from './finding.ts';

/** In the place of an account's name. */
const everybody = 'popfetch';
const levelWidth = 'error'.length;
const checkWidth = 'maildrop'.length;

export interface ReportForm {
  /** Columns of names. */
  readonly names: number;
  /** Lines are broken for people who read them on a terminal; not for programs that look for words in them. */
  readonly isBroken: boolean;
}

/** For these accounts. */
export function reportForm(accounts: readonly string[], isTerminal: boolean): ReportForm {
  return { names: nameWidth([everybody, ...accounts]), isBroken: isTerminal };
}

/** `gmx    error  login        login refused by pop.gmx.net`, with what belongs to it below. */
export function findingLines(finding: AccountFinding, form: ReportForm): string {
  const { account = everybody, level, check, text, details = [], fix } = finding;
  const head = `${nameColumn(account, form.names)}${level.padEnd(levelWidth)}  ${check.padEnd(checkWidth)}  `;
  const width = form.isBroken ? terminalWidth - head.length : Number.POSITIVE_INFINITY;
  const below = fix === undefined ? details : [...details, fix];
  const [first = '', ...more] = [text, ...below].flatMap((line) => [
    ...wrapped(printable(line), width),
  ]);
  return [head + first, ...more.map((line) => ' '.repeat(head.length) + line)]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The last line. It has no word in it that somebody looks for among the findings. */
export function summaryLine(findings: readonly Finding[]): string {
  const { errors, warnings } = countsOf(findings);
  const checks = formatCount(findings.length, 'check');
  if (errors + warnings === 0) return `${checks}, all is well\n`;
  const looked = warnings === 0 ? '' : `, ${warnings} to look at`;
  return `${checks}: ${errors === 0 ? 'nothing to mend' : `${errors} to mend`}${looked}\n`;
}

interface Run {
  readonly run: string;
  /** ms since 1970. */
  readonly now: number;
}

export function findingJson(finding: AccountFinding, { run, now }: Run): string {
  const { account, check, level, text, details, fix, failure } = finding;
  const fields = { account, check, level, message: text, details, fix, code: failure?.code };
  return jsonLine({ event: 'doctor', ...fields }, run, now);
}

export function summaryJson(
  findings: readonly Finding[],
  exitCode: number,
  { run, now }: Run,
): string {
  const counts = { checks: findings.length, ...countsOf(findings) };
  return jsonLine({ event: 'doctor.end', ok: counts.errors === 0, exitCode, ...counts }, run, now);
}

function countsOf(findings: readonly Finding[]) {
  const many = (wanted: Finding['level']) =>
    findings.filter(({ level }) => level === wanted).length;
  return { errors: many('error'), warnings: many('warn') };
}
