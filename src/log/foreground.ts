import type { Emit, PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { announcementLine } from './announcement.ts';
import { formatCount } from './format.ts';
import { Surroundings } from './surroundings.ts';
import { type TerminalOptions, terminalReporter } from './terminal.ts';
import { hookWords } from './trouble.ts';

/**
 * For a scheduler that runs for years: mail that came on stdout; on stderr what changes between well and failing. A poll
 * without news, or one more failure, is not worth a line.
 */
export function foregroundReporter(options: TerminalOptions): Emit {
  const { stderr, quiet, now } = options;
  const results = terminalReporter({ ...options, quiet: false });
  const surroundings = new Surroundings();
  const noticed = new Set<string>();
  return (event) => {
    surroundings.note(event);
    if (event.type === 'run.reload') {
      const line = reloadLine(event);
      if (!quiet || event.problem !== undefined) stderr.write(`${line}\n`);
    }
    if (event.type === 'account.end') {
      const line = announcementLine(event, surroundings.of(event, now()));
      if (line !== undefined) stderr.write(`${line}\n`);
    }
    if (event.type === 'notice' && !isNew(noticed, `${event.account} ${event.text}`)) return;
    if (event.type === 'run.notice' && !isNew(noticed, event.text)) return;
    if (event.type === 'hook' && !isNew(noticed, `${event.account} ${hookWords(event)}`)) return;
    if (!quiet && isNews(event)) results(event);
  };
}

/** The same thing to look at is told once, not with every poll. */
function isNew(noticed: Set<string>, text: string): boolean {
  if (noticed.size >= mostNoticed) noticed.clear();
  const size = noticed.size;
  return noticed.add(text).size > size;
}

const mostNoticed = 1000;

function isNews(event: PopfetchEvent): boolean {
  if (event.type === 'account.end') return event.failure === undefined && event.counts.new > 0;
  return isAlwaysNews.has(event.type);
}

const isAlwaysNews: ReadonlySet<PopfetchEvent['type']> = new Set([
  'run.start',
  'account.start',
  'notice',
  'run.notice',
  'hook',
]);

function reloadLine({ accounts, problem }: Extract<PopfetchEvent, { type: 'run.reload' }>): string {
  if (problem !== undefined) return `popfetch: ${printable(problem)}`;
  return `popfetch: configuration read again: ${formatCount(accounts.length, 'account')}`;
}
