import type { Phase } from '../errors.ts';
import { printable } from '../util/printable.ts';
import { cutTo, nameColumn, nameWidth } from './columns.ts';
import { formatCount, formatSize } from './format.ts';
import type { AccountProgress, Progress } from './progress.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * A line for each account at work and one for all of them, none wider than the terminal and, where there are more than
 * it has rows, not all. `now` is of the clock of the progress.
 */
export function progressLines(progress: Progress, now: number, size: ScreenSize): string[] {
  const { active } = progress;
  // A line at the very edge would wrap, and the top line must stay on the screen to be cleared.
  const width = Math.max(size.columns - 1, 1);
  const room = Math.max(size.rows - 2, 0);
  const shown = active.slice(0, room);
  const names = nameWidth(active.map(({ account }) => account));
  const lines = shown.map((one) => accountLine(one, { names, now, width }));
  return [...lines, totalLine(progress, active.length - shown.length, width)].map((line) =>
    cutTo(line, width),
  );
}

/** For a log of a minute a line: `gmx: 1204 of 2310 messages, 148 of 291 MB` */
export function minuteLine({ account, messages, wanted, ...more }: AccountProgress): string {
  const sizes = partOfSize(more.octets, more.wantedOctets);
  return `${printable(account)}: ${messages} of ${formatCount(wanted, 'message')}, ${sizes}`;
}

/** Whether messages are coming, and how many is known. */
export function isTransfer({ wanted, since }: AccountProgress): boolean {
  return since !== undefined && wanted > 0;
}

interface Layout {
  readonly names: number;
  readonly now: number;
  readonly width: number;
}

function accountLine(one: AccountProgress, { names, now, width }: Layout): string {
  const name = nameColumn(one.account, names);
  if (!isTransfer(one)) return `${name}${printable(doing(one))}`;
  const { messages, wanted, octets, wantedOctets, since = now } = one;
  const counts = `${String(messages).padStart(String(wanted).length)}/${wanted}`;
  const seconds = (now - since) / 1000;
  const rate = seconds > 0 ? octets / seconds : 0;
  const columns = [counts, partOfSize(octets, wantedOctets)];
  if (rate > 0) columns.push(`${formatSize(rate)}/s`, clock((wantedOctets - octets) / rate));
  const fraction = wantedOctets > 0 ? octets / wantedOctets : messages / wanted;
  // What tells least goes first where there is no room.
  for (; columns.length > 1; columns.pop()) {
    const text = columns.join('   ');
    const free = width - name.length - text.length - 2;
    if (free >= leastBar) return `${name}${bar(fraction, Math.min(free, widestBar))}  ${text}`;
  }
  return `${name}${counts}`;
}

const widestBar = 22;
const leastBar = 12;

/** `[==========>         ]` */
function bar(fraction: number, width: number): string {
  const inside = width - 2;
  const filled = Math.floor(Math.min(Math.max(fraction, 0), 1) * inside);
  const head = '='.repeat(filled) + (filled > 0 && filled < inside ? '>' : '');
  return `[${head.padEnd(inside)}]`;
}

/** `148 of 291 MB`: a unit that is the same is told once. */
function partOfSize(part: number, all: number): string {
  const whole = formatSize(all);
  const done = formatSize(part);
  const unit = whole.slice(whole.indexOf(' '));
  return `${done.endsWith(unit) ? done.slice(0, -unit.length) : done} of ${whole}`;
}

/** `0:23`, `1:02:03` */
function clock(seconds: number): string {
  const all = Math.max(Math.round(seconds), 0);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes}:${two(all % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(all % 60)}`;
}

function totalLine({ total }: Progress, hidden: number, width: number): string {
  const { accounts, done, messages, octets } = total;
  const more = hidden === 0 ? '' : `, ${hidden} more at work`;
  const coming =
    messages === 0 ? '' : `   ${formatCount(messages, 'message')}, ${formatSize(octets)}`;
  const text = `${formatCount(accounts, 'account')}, ${done} done${more}${coming}`;
  for (const hint of hints)
    for (const start of [hintColumn, 0]) {
      const line = `${`${text}   `.padEnd(start)}${hint}`;
      if (line.length <= width) return line;
    }
  return text;
}

const hintColumn = 54;
const hints = ['Ctrl-C finishes the current message', 'Ctrl-C stops in order'];

function doing({ phase, host, wanted, since }: AccountProgress): string {
  if (since !== undefined && wanted === 0 && phase !== 'quit') return `looking through ${host}`;
  return doings[phase](host);
}

const doings: Readonly<Record<Phase, (host: string) => string>> = {
  dns: connecting,
  connect: connecting,
  tls: connecting,
  greeting: connecting,
  capa: connecting,
  auth: (host) => `logging in to ${host}`,
  list: listing,
  retr: listing,
  deliver: listing,
  dele: listing,
  quit: (host) => `taking leave of ${host}`,
  state: listing,
};

function connecting(host: string): string {
  return `connecting to ${host}`;
}

function listing(host: string): string {
  return `listing messages at ${host}`;
}
