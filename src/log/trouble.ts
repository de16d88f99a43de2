import type { PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { nameColumn } from './columns.ts';
import type { Surroundings } from './surroundings.ts';
import { describe } from './words.ts';

type AccountEnd = Extract<PopfetchEvent, { type: 'account.end' }>;
type Notice = Extract<PopfetchEvent, { type: 'notice' }>;
type HookEnd = Extract<PopfetchEvent, { type: 'hook' }>;

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

/** `gmx    warn  the newMail hook exited 22: curl: (22) ...`; nothing where it did its work. */
export function hookLine(event: HookEnd, width: number): string {
  if (event.problem === undefined) return '';
  return troubleLines(event.account, width, { word: 'warn', headline: hookWords(event), more: [] });
}

/** Why a hook did not do its work, and its last word. */
export function hookWords({ hook, problem = 'ended', output }: HookEnd): string {
  return printable(`the ${hook} hook ${problem}${output === undefined ? '' : `: ${output}`}`);
}
