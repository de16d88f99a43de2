import { Failure, type FailureCode, type FailureFacts } from '../../src/errors.ts';
import type { PollCounts, PopfetchEvent } from '../../src/events.ts';
import type { TextSink } from '../../src/log/text-sink.ts';

export type AccountEnd = Extract<PopfetchEvent, { type: 'account.end' }>;

/** 22 Nov 2025 in local time, the day of the specification's examples. */
export function at(hour: number, minute: number, day = 22): number {
  return new Date(2025, 10, day, hour, minute).getTime();
}

/** A sink that keeps what it was told. */
export class Collected implements TextSink {
  text = '';

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text === '' ? [] : this.text.trimEnd().split('\n');
  }
}

export function failure(code: FailureCode, facts: FailureFacts = {}, message = 'why'): Failure {
  return new Failure(code, message, facts);
}

export function countsOf(counts: Partial<PollCounts> = {}): PollCounts {
  const none = { new: 0, bytes: 0, deleted: 0, skipped: 0, wanted: 0 };
  return { ...none, onServer: undefined, onServerSize: undefined, ...counts };
}

export function runStart(accounts: readonly string[], dryRun = false): PopfetchEvent {
  return { type: 'run.start', version: '0.1.0', accounts, dryRun };
}

export function accountStart(account: string, host: string, port = 995): PopfetchEvent {
  return { type: 'account.start', account, host, port, tls: 'on' };
}

export function accountEnd(
  account: string,
  { counts, ...event }: { counts?: Partial<PollCounts> } & Partial<Omit<AccountEnd, 'counts'>>,
): AccountEnd {
  const usual = { destination: '~/Maildir/', durationMs: 300, dryRun: false };
  return { type: 'account.end', account, ...usual, ...event, counts: countsOf(counts) };
}

export function runEnd(event: Partial<Extract<PopfetchEvent, { type: 'run.end' }>>): PopfetchEvent {
  const counts = { accountsOk: 1, accountsFailed: [], new: 0, bytes: 0 };
  return { type: 'run.end', exitCode: 0, ...counts, durationMs: 900, dryRun: false, ...event };
}

export function message(
  account: string,
  action: Extract<PopfetchEvent, { type: 'message' }>['action'],
  number: number,
  rest: Partial<Extract<PopfetchEvent, { type: 'message' }>> = {},
): PopfetchEvent {
  return { type: 'message', account, action, uid: `uid-${number}`, number, size: 4300, ...rest };
}
