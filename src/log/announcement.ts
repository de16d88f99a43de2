import type { Failure } from '../errors.ts';
import type { PopfetchEvent } from '../events.ts';
import { printable } from '../util/printable.ts';
import { formatCount, formatDuration, formatMoment } from './format.ts';
import { brief, failingWords, serverSaid, type WordsContext } from './words.ts';

type AccountEnd = Extract<PopfetchEvent, { type: 'account.end' }>;

/** What `--quiet` says at the end of an account's poll: an edge of its health, or nothing. */
export function announcementLine(event: AccountEnd, context: WordsContext): string | undefined {
  const { account, announce, failure } = event;
  if (announce === undefined) return undefined;
  const line = (news: string) => `popfetch: ${printable(account)}: ${news}`;
  if (announce.kind === 'recovered') return line(recovered(event, announce.since, context.now));
  if (failure === undefined) return undefined;
  const what = brief(failure, context);
  if (announce.kind === 'failed') return line(`${what}${aside(failure, context)}`);
  const since = formatMoment(announce.since, context.now);
  return line(`still failing since ${since} (${formatCount(announce.count, 'poll')}): ${what}`);
}

/** `ok again after 1 d 2 h; 31 new messages` */
function recovered({ counts }: AccountEnd, since: number, now: number): string {
  const many = counts.new === 0 ? 'nothing new' : formatCount(counts.new, 'new message');
  return `ok again after ${formatDuration(now - since)}; ${many}`;
}

/** The server's words, what to do about a login that did not come to it, or how long it lasts already. */
function aside(failure: Failure, { failing, now }: WordsContext): string {
  const { hint, reason } = failure.facts;
  const isLogin = failure.code === 'auth' && reason !== undefined;
  if (isLogin && hint !== undefined) return `. ${printable(hint)}`;
  const said = serverSaid(failure);
  if (said !== undefined) return `: ${said}`;
  return failing !== undefined && failing.count > 1 ? `; ${failingWords(failing, now)}` : '';
}
