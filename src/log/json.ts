import { type Failure, stackOf } from '../errors.ts';
import type { Emit, PopfetchEvent } from '../events.ts';
import { escapeHarmful } from './escape.ts';
import { Surroundings } from './surroundings.ts';
import type { TextSink } from './text-sink.ts';
import { describe, type WordsContext } from './words.ts';

export interface JsonOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Names this run in each line, and in the log. */
  readonly run: string;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * JSON lines: what happens on stdout, errors on stderr. What is not known is absent from a line. Characters that could
 * do harm on a terminal are escaped, so nothing is lost of them.
 */
export function jsonReporter({ stdout, stderr, run, now }: JsonOptions): Emit {
  const surroundings = new Surroundings();
  return (event) => {
    surroundings.note(event);
    const line = (fields: Fields) => jsonLine(fields, run, now());
    if (event.type === 'account.end' && event.failure)
      stderr.write(line(errorFields(event.failure, surroundings.of(event, now()))));
    const fields = fieldsOf(event);
    if (fields) stdout.write(line(fields));
  };
}

/** An `error` line for a failure outside any poll: configuration, command line, a bug. */
export function jsonError(
  failure: Failure,
  { run, now }: Pick<JsonOptions, 'run' | 'now'>,
): string {
  return jsonLine(errorFields(failure, { now: now() }), run, now());
}

interface Fields {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** One line, in which nothing can harm a terminal. */
export function jsonLine({ event, ...fields }: Fields, run: string, now: number): string {
  const time = new Date(now).toISOString();
  return `${escapeHarmful(JSON.stringify({ v: 1, event, time, run, ...fields }))}\n`;
}

/** A failure as `error` shows it. */
export function errorFields(failure: Failure, context: WordsContext): Fields {
  const { headline, hint } = describe(failure, context);
  const { account, failing } = context;
  return {
    event: 'error',
    account,
    code: failure.code,
    temporary: failure.nature.temporary,
    message: headline,
    hint,
    serverSaid: failure.facts.serverSaid,
    since: failing && new Date(failing.since).toISOString(),
    count: failing?.count,
    stack: stackOf(failure),
  };
}

/** What an event shows of itself; undefined for those that are only for the log. */
function fieldsOf(event: PopfetchEvent): Fields | undefined {
  switch (event.type) {
    case 'account.phase':
    case 'transcript':
      return undefined;
    case 'run.start':
    case 'account.start':
    case 'account.list': {
      const { type, ...fields } = event;
      return { event: type, ...fields };
    }
    case 'run.notice':
      return { event: 'notice', message: event.text };
    case 'notice':
      return { event: event.type, account: event.account, message: event.text };
    case 'message': {
      const { type, uid, account, action, ...fields } = event;
      return { event: type, account, action, uidl: uid, ...fields };
    }
    case 'peek': {
      const { type, uid, isNew, date, account, ...fields } = event;
      const when = date === undefined ? undefined : new Date(date).toISOString();
      return { event: type, account, uidl: uid, new: isNew, date: when, ...fields };
    }
    case 'run.reload':
      return { event: event.type, accounts: event.accounts, problem: event.problem };
    case 'hook': {
      const { account, hook, problem, output } = event;
      const durationMs = Math.round(event.durationMs);
      return {
        event: 'hook',
        account,
        hook,
        ok: problem === undefined,
        durationMs,
        problem,
        output,
      };
    }
    case 'account.end':
      return accountEnd(event);
    case 'run.end':
      return runEnd(event);
    default:
      return event satisfies never;
  }
}

/** The end of a poll as `account.end` shows it. */
export function accountEnd(event: Extract<PopfetchEvent, { type: 'account.end' }>): Fields {
  const { account, counts, durationMs, failure } = event;
  return {
    event: event.type,
    account,
    ok: failure === undefined,
    new: counts.new,
    bytes: counts.bytes,
    deleted: counts.deleted,
    skipped: counts.skipped,
    onServer: counts.onServer,
    onServerSize: counts.onServerSize,
    durationMs: Math.round(durationMs),
    nextPoll: event.nextPoll === undefined ? undefined : new Date(event.nextPoll).toISOString(),
    code: failure?.code,
  };
}

function runEnd(event: Extract<PopfetchEvent, { type: 'run.end' }>): Fields {
  const { exitCode, accountsOk, accountsFailed, bytes, durationMs } = event;
  return {
    event: event.type,
    ok: exitCode === 0,
    exitCode,
    accountsOk,
    accountsFailed: accountsFailed.length,
    failed: accountsFailed,
    new: event.new,
    bytes,
    durationMs: Math.round(durationMs),
  };
}
