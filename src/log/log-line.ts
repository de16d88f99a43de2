import { printable } from '../util/printable.ts';
import { escapeHarmful } from './escape.ts';

/** journal: logfmt with the priority that systemd reads, and no time, which the journal has itself. */
export type LogFormat = 'pretty' | 'logfmt' | 'journal' | 'json';

/** How a line of pino's JSON is written; every form is one line, safe on a terminal, and ends with LF. */
export function lineFormatter(format: LogFormat): (json: string) => string {
  switch (format) {
    case 'json':
      return escapeHarmful;
    case 'pretty':
      return (json) => pretty(parse(json));
    case 'logfmt':
      return (json) => logfmt(parse(json));
    case 'journal':
      return (json) => journal(parse(json));
    default:
      return format satisfies never;
  }
}

interface LogRecord {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly account?: string;
  readonly [field: string]: unknown;
}

/** What pino wrote a moment ago. */
function parse(json: string): LogRecord {
  return JSON.parse(json) as LogRecord;
}

/** `time=… level=error msg="login refused by pop.gmail.com" run=… account=gmail code=auth` */
function logfmt({ level, time, msg, ...fields }: LogRecord): string {
  return `${pairs({ time, level, msg, ...fields })}\n`;
}

function journal({ level, time: _time, msg, ...fields }: LogRecord): string {
  return `<${priorities[level] ?? 6}>${pairs({ level, msg, ...fields })}\n`;
}

/** `09:25:01.250 error gmail: login refused by pop.gmail.com  code=auth`: what a person knows anyway is left out. */
function pretty(record: LogRecord): string {
  const { level, time, msg, run: _run, account, host: _host, port: _port, ...fields } = record;
  const date = new Date(time);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  const who = account === undefined ? '' : `${printable(account)}: `;
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  const tail = pairs(fields);
  return `${clock}.${ms} ${level.padEnd(5)} ${who}${printable(msg)}${tail === '' ? '' : `  ${tail}`}\n`;
}

function pairs(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function valueText(value: unknown): string {
  const plain = Array.isArray(value) ? value.join(',') : value;
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain);
  return needsNoQuotes.test(text) ? text : escapeHarmful(JSON.stringify(text));
}

/** Visible ASCII except `"`, `=` and `\`. */
const needsNoQuotes = /^[!#-<>-[\]-~]+$/;

/** syslog(3), as systemd reads them at the start of a line (sd-daemon(3)). */
const priorities: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
