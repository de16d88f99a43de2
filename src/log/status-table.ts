import type { FailureCode } from '../errors.ts';
import { printable } from '../util/printable.ts';
import { columnsOf, nameWidth } from './columns.ts';
import { formatCount, formatMoment, formatSize } from './format.ts';
import { reasonWords } from './words.ts';

/** What is known of an account, as far as the table shows it. Times are ms since 1970. */
export interface StatusRow {
  readonly account: string;
  readonly status: {
    readonly lastPollAt: number | undefined;
    readonly lastSuccessAt: number | undefined;
    readonly failing: { readonly code: FailureCode } | undefined;
    readonly onServer: number | undefined;
    readonly onServerSize: number | undefined;
    readonly nextPollAt: number | undefined;
    readonly left: readonly {
      readonly reason: string;
      readonly count: number;
      readonly size: number;
    }[];
  };
  /** Messages of the last 24 hours. */
  readonly newLately: number;
  /** Its last success is longer ago than somebody wants. */
  readonly isTooOld: boolean;
}

/** `popfetch status`: a line for each account, and below them what was left on the server and what is too old. */
export function statusTable(rows: readonly StatusRow[], now: number): string {
  const width = Math.max('ACCOUNT'.length, nameWidth(rows.map(({ account }) => account)));
  const line = (cells: readonly [string, string, string, string, string, string]) => {
    const [account, poll, result, fresh, server, next] = cells;
    const before = `${filled(account, width + 2)}${filled(poll, 14)}${filled(result, 18)}`;
    return `${before}${fresh.padStart(7)}  ${filled(server, 20)}${next}`.trimEnd();
  };
  const lines = [
    line(['ACCOUNT', 'LAST POLL', 'RESULT', 'NEW 24H', 'ON SERVER', 'NEXT']),
    ...rows.map((row) => line(cellsOf(row, now))),
    ...rows.flatMap((row) => remarks(row, now)),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function cellsOf(
  { account, status, newLately }: StatusRow,
  now: number,
): [string, string, string, string, string, string] {
  const { lastPollAt, failing, onServer, onServerSize = 0, nextPollAt } = status;
  const result = failing === undefined ? 'ok' : `FAIL ${failing.code.replaceAll('_', ' ')}`;
  return [
    printable(account),
    lastPollAt === undefined ? 'never' : ago(now - lastPollAt),
    lastPollAt === undefined ? '-' : shortened(result),
    String(newLately),
    failing !== undefined || onServer === undefined
      ? '-'
      : `${onServer}, ${formatSize(onServerSize)}`,
    nextWords(nextPollAt, now),
  ];
}

/** People look for the word, not for the code. */
function shortened(result: string): string {
  return result.replace(/^FAIL auth( paused)?$/, 'FAIL login').slice(0, 17);
}

function remarks({ account, status, isTooOld }: StatusRow, now: number): string[] {
  const name = printable(account);
  const lines = status.left.map(({ reason, count, size }) => {
    const verb = count === 1 ? 'stays' : 'stay';
    const many = `${formatCount(count, 'new message')} (${formatSize(size)})`;
    return `${name}: ${many} ${verb} on the server: ${reasonWords(reason)}`;
  });
  const { lastSuccessAt } = status;
  if (isTooOld)
    lines.push(
      lastSuccessAt === undefined
        ? `${name}: FAIL  never polled with success`
        : `${name}: FAIL  last success ${ago(now - lastSuccessAt)}`,
    );
  return lines;
}

/** `2 min ago` */
function ago(ms: number): string {
  return ms < 10_000 ? 'just now' : `${roughly(ms)} ago`;
}

/** A moment that has passed was a scheduler's that does not run any more. */
function nextWords(at: number | undefined, now: number): string {
  if (at === undefined || at < now - overdue) return '-';
  if (at - now < 10_000) return 'now';
  return at - now < hour ? `in ${roughly(at - now)}` : formatMoment(at, now);
}

const hour = 3_600_000;
const overdue = 10 * 60_000;

function roughly(ms: number): string {
  for (const [unit, length] of units) if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  return '0 s';
}

const units = [
  ['d', 24 * hour],
  ['h', hour],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** In at least so many columns, and never touching the next cell. */
function filled(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - columnsOf(text), 1));
}
