import type { FailureCode } from '../errors.ts';
import { nameColumn, nameWidth } from './columns.ts';
import { formatDuration, formatMoment, formatSize } from './format.ts';

export interface PolledOnce {
  readonly account: string;
  /** ms since 1970. */
  readonly at: number;
  readonly code: FailureCode | undefined;
  readonly new: number;
  readonly bytes: number;
  readonly deleted: number;
  readonly durationMs: number;
}

/** `popfetch history`: `22 Nov 09:10  gmx    3 new    41 kB    0.8 s`, a line for each poll. */
export function historyLines(polls: readonly PolledOnce[], now: number): string {
  const width = nameWidth(polls.map(({ account }) => account));
  return polls.map((one) => `${historyLine(one, width, now)}\n`).join('');
}

function historyLine(one: PolledOnce, width: number, now: number): string {
  const { account, at, code, new: stored, bytes, deleted, durationMs } = one;
  const what = code === undefined ? '' : `FAIL ${code.replaceAll('_', ' ')}`;
  const mail = stored === 0 ? 'nothing new' : `${stored} new, ${formatSize(bytes)}`;
  const gone = deleted === 0 ? '' : `, ${deleted} deleted`;
  const told = code !== undefined && stored === 0 ? what : [mail + gone, what].join('  ').trimEnd();
  const moment = formatMoment(at, now).padStart(12);
  return `${moment}  ${nameColumn(account, width)}${told.padEnd(36)} ${formatDuration(durationMs).padStart(9)}`;
}
