import type { PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { nameColumn } from './columns.ts';
import type { Surroundings } from './surroundings.ts';
import { describe } from './words.ts';

type AccountEnd = Extract<PopfetchEvent, { type: 'account.end' }>;
type Notice = Extract<PopfetchEvent, { type: 'notice' }>;

/** `gmx    FAIL  headline`, with further lines below the headline's start. */
export function troubleLines(
  account: string,
  width: number,
  { word, headline, more }: { word: string; headline: string; more: readonly string[] },
): string {
  const indent = ' '.repeat(width + 2);
  const lines = [`${nameColumn(account, width)}${word}  ${headline}`];
  for (const line of more) lines.push(indent + line);
  return `${lines.join('\n')}\n`;
}

/** Why an account failed, in the same form; nothing where it did not. */
export function failureLines(
  event: AccountEnd,
  surroundings: Surroundings,
  { width, now }: { readonly width: number; readonly now: number },
): string {
  if (event.failure === undefined) return '';
  const { word, headline, details, hint } = describe(event.failure, surroundings.of(event, now));
  const more = hint === undefined ? details : [...details, hint];
  return troubleLines(event.account, width, { word, headline, more });
}

/** `gmx    warn  something to look at` */
export function noticeLine({ account, text }: Notice, width: number): string {
  return troubleLines(account, width, { word: 'warn', headline: printable(text), more: [] });
}
