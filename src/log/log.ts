import { type Level, pino } from 'pino';
import { type Failure, stackOf } from '../errors.ts';
import type { Emit, PopfetchEvent } from '../events.ts';
import { formatCount, formatSize } from './format.ts';
import { type LogFormat, lineFormatter } from './log-line.ts';
import { Surroundings } from './surroundings.ts';
import type { TextSink } from './text-sink.ts';
import { hookWords } from './trouble.ts';
import { describe, type WordsContext } from './words.ts';

export interface LogOptions {
  /** Written to synchronously, a line at a time: a process that is killed has logged what it did. */
  readonly sink: TextSink;
  /** debug shows the protocol dialogue. */
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: LogFormat;
  /** Names this run in each line. */
  readonly run: string;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * The log. error: an account failed. warn: something to look at. info: a line per account and poll, start and end.
 * debug: each message and the protocol dialogue, in which the session has put `***` for secrets already. Loads pino:
 * import this module only when there is something to log to.
 */
export function logReporter({ sink, level, format, run, now }: LogOptions): Emit {
  const toLine = lineFormatter(format);
  const logger = pino(
    {
      level,
      base: { run },
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (json) => void sink.write(toLine(json)) },
  );
  const surroundings = new Surroundings();
  const phases = new Map<string, string>();
  return (event) => {
    surroundings.note(event);
    if (event.type === 'account.phase') phases.set(event.account, event.phase);
    const { level, message, ...record } = entryFor(event, surroundings, now);
    const where = 'account' in event ? placeOf(event.account, surroundings, phases) : {};
    logger[level]({ ...where, ...record.fields }, message);
  };
}

interface Entry {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function placeOf(
  account: string,
  surroundings: Surroundings,
  phases: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return { account, ...surroundings.addressOf(account), phase: phases.get(account) };
}

function entryFor(event: PopfetchEvent, surroundings: Surroundings, now: () => number): Entry {
  switch (event.type) {
    case 'run.start': {
      const { version, accounts, dryRun } = event;
      return { level: 'info', message: 'start', fields: { version, accounts, dryRun } };
    }
    case 'account.start':
      return { level: 'debug', message: 'polling', fields: { tls: event.tls } };
    case 'account.phase':
      return { level: 'debug', message: event.phase, fields: {} };
    case 'account.list': {
      const { type: _type, account: _account, ...fields } = event;
      return { level: 'debug', message: 'listed', fields };
    }
    case 'message': {
      const { type: _type, account: _account, action, uid, ...fields } = event;
      const failed =
        action === 'rejected' || action === 'quarantined' || event.output !== undefined;
      const level = failed ? 'warn' : isRetention(event) ? 'info' : 'debug';
      return { level, message: action, fields: { uidl: uid, ...fields } };
    }
    case 'peek': {
      const { number, uid, size } = event;
      return { level: 'debug', message: 'looked at', fields: { number, uidl: uid, size } };
    }
    case 'transcript': {
      const arrow = event.direction === 'sent' ? '>' : '<';
      return { level: 'debug', message: `${arrow} ${event.line}`, fields: {} };
    }
    case 'run.notice':
    case 'notice':
      return { level: 'warn', message: event.text, fields: {} };
    case 'hook': {
      const { hook, output, problem } = event;
      const fields = { hook, output, durationMs: Math.round(event.durationMs) };
      if (problem === undefined) return { level: 'debug', message: 'hook', fields };
      return { level: 'warn', message: hookWords(event), fields };
    }
    case 'run.reload': {
      const { accounts, problem } = event;
      if (problem !== undefined) return { level: 'error', message: problem, fields: {} };
      return { level: 'info', message: 'reload', fields: { accounts } };
    }
    case 'account.end':
      return accountEnd(event, surroundings.of(event, now()));
    case 'run.end':
      return runEnd(event);
    default:
      return event satisfies never;
  }
}

function accountEnd(
  { counts, durationMs, failure }: Extract<PopfetchEvent, { type: 'account.end' }>,
  context: WordsContext,
): Entry {
  const duration = Math.round(durationMs);
  if (failure === undefined) {
    const some = `${formatCount(counts.new, 'new message')}, ${formatSize(counts.bytes)}`;
    const message = counts.new === 0 ? 'nothing new' : some;
    return { level: 'info', message, fields: { ...counts, durationMs: duration } };
  }
  const { word, headline, hint } = describe(failure, context);
  const fields = { ...failureFields(failure, context), ...counts, durationMs: duration, hint };
  return { level: word === 'skip' ? 'warn' : 'error', message: headline, fields };
}

function failureFields(failure: Failure, { failing }: WordsContext): Record<string, unknown> {
  const { code, facts, nature } = failure;
  return {
    code,
    temporary: nature.temporary,
    ...(facts.phase === undefined ? {} : { phase: facts.phase }),
    serverSaid: facts.serverSaid,
    reason: facts.reason,
    path: facts.path,
    since: failing && new Date(failing.since).toISOString(),
    count: failing?.count,
    stack: stackOf(failure),
  };
}

function runEnd(event: Extract<PopfetchEvent, { type: 'run.end' }>): Entry {
  const { exitCode, accountsOk, accountsFailed, bytes, durationMs } = event;
  const totals = { new: event.new, bytes, durationMs: Math.round(durationMs) };
  return {
    level: 'info',
    message: 'end',
    fields: { exitCode, accountsOk, accountsFailed, ...totals },
  };
}

/** What leaves the server by plan is worth a line with the reason; what was just stored is not. */
function isRetention({ action, justStored }: Extract<PopfetchEvent, { type: 'message' }>): boolean {
  return (action === 'deleted' || action === 'would_delete') && justStored !== true;
}
