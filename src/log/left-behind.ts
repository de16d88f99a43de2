import type { PopfetchEvent } from '../events.ts';
import { formatCount, formatSize } from './format.ts';
import { reasonWords } from './words.ts';

type MessageEvent = Extract<PopfetchEvent, { type: 'message' }>;

interface Group {
  readonly numbers: number[];
  octets: number;
}

/** Collects the new messages that stay on the server, so that a thousand of them make one line and none goes unnamed. */
export class LeftBehind {
  readonly #accounts = new Map<string, Map<string, Group>>();

  add({ account, number, size, reason = 'no reason given' }: MessageEvent): void {
    const reasons = this.#accounts.get(account) ?? new Map<string, Group>();
    this.#accounts.set(account, reasons);
    const group = reasons.get(reason) ?? { numbers: [], octets: 0 };
    reasons.set(reason, group);
    group.numbers.push(number);
    group.octets += size;
  }

  /** One account's lines, a line for each reason; afterwards they are forgotten. */
  take(account: string): string[] {
    const reasons = [...(this.#accounts.get(account) ?? [])];
    this.#accounts.delete(account);
    return reasons.map(([reason, group]) => lineFor(reasonWords(reason), group));
  }
}

const mostNumbers = 5;

function lineFor(reason: string, { numbers, octets }: Group): string {
  const size = formatSize(octets);
  if (numbers.length === 1) return `message ${numbers[0]} (${size}) stays on the server: ${reason}`;
  const named = numbers.slice(0, mostNumbers).join(', ');
  const more = numbers.length > mostNumbers ? ', ...' : '';
  const many = formatCount(numbers.length, 'message');
  return `${many} (${size}) stay on the server: ${reason} (numbers ${named}${more})`;
}
