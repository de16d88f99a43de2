import type { Emit, PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { nameColumn, nameWidth } from './columns.ts';
import { formatSize } from './format.ts';
import { Surroundings } from './surroundings.ts';
import type { TerminalOptions } from './terminal.ts';
import { failureLines, noticeLine } from './trouble.ts';

export interface CheckReporterOptions extends TerminalOptions {
  /** Instead of lines, the number of new messages of all accounts together. */
  readonly count: boolean;
}

type Event<Type extends PopfetchEvent['type']> = Extract<PopfetchEvent, { type: Type }>;

/** What there is, for people: a line for each account on stdout, FAIL lines on stderr. Quiet: only the latter. */
export function checkReporter(options: CheckReporterOptions): Emit {
  const { stdout, stderr, tty, quiet, count, now } = options;
  const surroundings = new Surroundings();
  const lists = new Map<string, Event<'account.list'>>();
  let width = nameWidth([]);
  const line = ({ account, counts }: Event<'account.end'>): string => {
    const { messages = 0, new: unseen = 0 } = lists.get(account) ?? {};
    const what = `${counts.wanted === 0 ? 'nothing' : counts.wanted} new of ${messages}`;
    const size = counts.wanted === 0 ? '' : formatSize(counts.bytes);
    const large = largerThanWanted(unseen - counts.wanted);
    if (!tty) return `${printable(account)}: ${what}${size === '' ? '' : `, ${size}`}${large}\n`;
    const columns = size === '' ? what : `${what.padEnd(14)} ${size.padStart(7)}`;
    return `${nameColumn(account, width)}${columns}${large}\n`;
  };
  return (event) => {
    surroundings.note(event);
    if (event.type === 'run.start') width = nameWidth(event.accounts);
    else if (event.type === 'account.list') lists.set(event.account, event);
    else if (event.type === 'notice') stderr.write(noticeLine(event, width));
    else if (event.type === 'account.end' && event.failure !== undefined)
      stderr.write(failureLines(event, surroundings, { width, now: now() }));
    else if (event.type === 'account.end' && !quiet && !count) stdout.write(line(event));
    else if (event.type === 'run.end' && count) stdout.write(`${event.new}\n`);
  };
}

/** What a poll would leave on the server is not called new mail, and not kept quiet about. */
function largerThanWanted(many: number): string {
  return many === 0 ? '' : ` (${many} larger than maxSize)`;
}
