import type { Emit, PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import {
  columnsOf,
  cutTo,
  inColumns,
  nameColumn,
  nameWidth,
  terminalWidth,
  wrapped,
} from './columns.ts';
import { formatMessageDate, formatSize } from './format.ts';
import { Surroundings } from './surroundings.ts';
import type { TerminalOptions } from './terminal.ts';
import { failureLines, noticeLine } from './trouble.ts';

export interface PeekReporterOptions extends TerminalOptions {
  /** Lines of text of each message. */
  readonly lines: number;
  /** The octets go out by another way: of the messages nothing is told here. */
  readonly raw: boolean;
}

type Event<Type extends PopfetchEvent['type']> = Extract<PopfetchEvent, { type: Type }>;

const indent = ' '.repeat(8);
const fromWidth = 19;

/** What messages are on the server, for people: a line each, the beginning of the text below it; FAIL lines on stderr. */
export function peekReporter(options: PeekReporterOptions): Emit {
  const { stdout, stderr, raw, now } = options;
  const surroundings = new Surroundings();
  let width = nameWidth([]);
  let messages = 0;
  let shown = 0;
  return (event) => {
    surroundings.note(event);
    if (event.type === 'run.start') width = nameWidth(event.accounts);
    else if (event.type === 'account.list') messages = event.messages;
    else if (event.type === 'notice') stderr.write(noticeLine(event, width));
    else if (event.type === 'peek') {
      shown += 1;
      stdout.write(messageText(event, String(messages).length, options));
    } else if (event.type === 'account.end' && event.failure !== undefined) {
      stderr.write(failureLines(event, surroundings, { width, now: now() }));
    } else if (event.type === 'account.end' && shown === 0 && !raw) {
      const what = messages === 0 ? 'no messages' : `nothing new of ${messages}`;
      stdout.write(`${nameColumn(event.account, width)}${what}\n`);
    }
  };
}

/** `gmx 88  22 Nov 06:51  4.3 kB  Ann Example          Minutes of Tuesday`, and the text. */
function messageText(event: Event<'peek'>, digits: number, options: PeekReporterOptions): string {
  const { account, number, date, size, from, subject } = event;
  const { tty, lines, now } = options;
  const columns = [
    `${printable(account)} ${String(number).padStart(digits)}`,
    formatMessageDate(date, now()),
    formatSize(size).padStart(6),
    inColumns(printable(from.name === '' ? from.address : from.name), fromWidth),
    printable(subject),
  ].join('  ');
  const head = (tty ? cutTo(columns, terminalWidth) : columns).trimEnd();
  return `${[head, ...textLines(event.lines, lines)].join('\n')}\n`;
}

function textLines(lines: readonly string[], most: number): string[] {
  const width = terminalWidth - columnsOf(indent);
  return lines
    .flatMap((line) => [...wrapped(printable(line), width)])
    .slice(0, most)
    .map((line) => indent + line);
}
