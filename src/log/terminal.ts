import type { Emit, PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { announcementLine } from './announcement.ts';
import { nameColumn, nameWidth, terminalWidth } from './columns.ts';
import { formatCount, formatDuration, formatSize } from './format.ts';
import { LeftBehind } from './left-behind.ts';
import { Surroundings } from './surroundings.ts';
import type { TextSink } from './text-sink.ts';
import { failureLines, hookLine, noticeLine, troubleLines } from './trouble.ts';
import { reasonWords } from './words.ts';

export interface TerminalOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Whether stdout is a terminal: aligned columns and a summary, else one plain line an account. */
  readonly tty: boolean;
  /** Print announcements only. */
  readonly quiet: boolean;
  /** ms since 1970. */
  readonly now: () => number;
}

type Event<Type extends PopfetchEvent['type']> = Extract<PopfetchEvent, { type: Type }>;

/** Results for people: what was fetched on stdout; FAIL, skip and warn lines on stderr, in columns on any output. */
export function terminalReporter(options: TerminalOptions): Emit {
  if (options.quiet) return quietReporter(options);
  const page = new Page(options);
  return (event) => page.tell(event);
}

function quietReporter({ stderr, now }: TerminalOptions): Emit {
  const surroundings = new Surroundings();
  return (event) => {
    surroundings.note(event);
    if (event.type !== 'account.end') return;
    const line = announcementLine(event, surroundings.of(event, now()));
    if (line !== undefined) stderr.write(`${line}\n`);
  };
}

/** Columns of `12 new   1.9 MB`. */
const countAndSizeWidth = 15;

class Page {
  readonly #options: TerminalOptions;
  readonly #surroundings = new Surroundings();
  readonly #leftBehind = new LeftBehind();
  #nameWidth = nameWidth([]);
  #accounts = 0;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  tell(event: PopfetchEvent): void {
    this.#surroundings.note(event);
    switch (event.type) {
      case 'run.start':
        this.#accounts = event.accounts.length;
        this.#nameWidth = nameWidth(event.accounts);
        break;
      case 'message':
        this.#message(event);
        break;
      case 'run.notice':
        this.#options.stderr.write(`popfetch: warn  ${printable(event.text)}\n`);
        break;
      case 'notice':
        this.#options.stderr.write(noticeLine(event, this.#nameWidth));
        break;
      case 'hook':
        this.#options.stderr.write(hookLine(event, this.#nameWidth));
        break;
      case 'account.end':
        this.#accountEnd(event);
        break;
      case 'run.end':
        this.#runEnd(event);
        break;
      case 'account.start':
      case 'account.phase':
      case 'account.list':
      case 'run.reload':
      case 'peek':
      case 'transcript':
        break;
      default:
        event satisfies never;
    }
  }

  #message(event: Event<'message'>): void {
    const { account, action, number, size, reason = '' } = event;
    if (action === 'skipped' || action === 'rejected') this.#leftBehind.add(event);
    if (action === 'quarantined')
      this.#leftBehind.add({
        ...event,
        reason: `put into quarantine, refused too often: ${reason}`,
      });
    const intention = intentions.get(action);
    if (intention === undefined) return;
    const what = `${intention.padEnd(14)}${this.#name(account)}${String(number).padStart(5)}`;
    this.#print(`${what}  ${formatSize(size).padStart(7)}  ${reasonWords(reason)}`);
  }

  #accountEnd(event: Event<'account.end'>): void {
    const { account, counts, durationMs, dryRun, onlyPrune, failure } = event;
    if (failure) {
      const layout = { width: this.#nameWidth, now: this.#options.now() };
      this.#options.stderr.write(failureLines(event, this.#surroundings, layout));
    } else if (!dryRun || (counts.wanted === 0 && onlyPrune !== true)) {
      this.#print(this.#result(event, formatDuration(durationMs)));
    }
    for (const text of this.#leftBehind.take(account)) this.#trouble(account, 'skip', text, []);
  }

  /** `gmx    3 new     41 kB  -> ~/Maildir/                0.8 s`, or `gmx: 3 new, 41 kB -> ~/Maildir/`. */
  #result(
    { account, counts, destination, onlyPrune = false }: Event<'account.end'>,
    duration: string,
  ): string {
    const { tty } = this.#options;
    const name = tty ? this.#name(account) : `${printable(account)}: `;
    const size = formatSize(counts.bytes);
    const many = `${counts.new} new`;
    const aside = deletedAside(counts);
    const columns = `${many}${size.padStart(Math.max(countAndSizeWidth - many.length, size.length + 2))}`;
    const stored = `${tty ? `${columns} ` : `${many}, ${size}`} -> ${printable(destination)}${aside}`;
    const text =
      name +
      (counts.new > 0
        ? stored
        : onlyPrune
          ? `${counts.deleted} deleted${onServer(counts.onServer, '')}`
          : `nothing new${onServer(counts.onServer, aside)}`);
    return tty ? `${text.padEnd(terminalWidth - duration.length - 2)}  ${duration}` : text;
  }

  #runEnd(event: Event<'run.end'>): void {
    if (event.dryRun) this.#print('dry run: nothing was fetched, stored or deleted');
    else if (this.#accounts > 1 && (this.#options.tty || event.accountsFailed.length > 0))
      this.#print(summary(event));
  }

  #trouble(account: string, word: string, headline: string, more: readonly string[]): void {
    this.#options.stderr.write(troubleLines(account, this.#nameWidth, { word, headline, more }));
  }

  #name(account: string): string {
    return nameColumn(account, this.#nameWidth);
  }

  #print(line: string): void {
    this.#options.stdout.write(`${line}\n`);
  }
}

const intentions: ReadonlyMap<string, string> = new Map([
  ['would_deliver', 'would fetch'],
  ['would_delete', 'would delete'],
  ['would_skip', 'would leave'],
]);

/** Deletions are worth a word where they are not simply the messages just stored. */
function deletedAside({ deleted, new: stored }: { deleted: number; new: number }): string {
  return deleted === 0 || deleted === stored ? '' : `, ${deleted} deleted`;
}

function onServer(messages: number | undefined, aside: string): string {
  if (messages !== undefined) return ` (${messages} on the server${aside})`;
  return aside;
}

/** `3 of 5 accounts ok, 4 new messages, 47 kB. Failed: gmail, out` */
function summary({ accountsOk, accountsFailed, new: stored, bytes }: Event<'run.end'>): string {
  const failed = accountsFailed.map(printable).join(', ');
  const all = accountsOk + accountsFailed.length;
  const ok =
    failed === '' ? formatCount(all, 'account') : `${accountsOk} of ${formatCount(all, 'account')}`;
  const mail =
    stored === 0
      ? 'no new messages'
      : `${formatCount(stored, 'new message')}, ${formatSize(bytes)}`;
  return `${ok} ok, ${mail}${failed === '' ? '' : `. Failed: ${failed}`}`;
}
