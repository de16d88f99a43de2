import { Failure } from '../../errors.ts';

/** A reply that says no. */
export interface Reply {
  readonly code: number;
  /** As it came, code included. */
  readonly text: string;
}

/**
 * The server's refusals out of what the library reports; undefined where something else than a reply went wrong, so
 * that nothing is known.
 */
export function repliesOf(
  error: unknown,
  rejected: readonly unknown[] = [],
): readonly Reply[] | undefined {
  if (error === null || error === undefined) return rejected.flatMap(replyOf);
  const ofRecipients = field(error, 'rejectedErrors');
  if (Array.isArray(ofRecipients)) return ofRecipients.flatMap(replyOf);
  const all = replyOf(error);
  return all.length > 0 ? all : undefined;
}

function replyOf(error: unknown): Reply[] {
  const [code, text] = [field(error, 'responseCode'), field(error, 'response')];
  // The server told the largest size that it takes, and was not asked any more (RFC 1870 §6.1).
  if (text === undefined && field(error, 'code') === 'EMESSAGE' && error instanceof Error)
    return [{ code: 552, text: error.message }];
  // 421: the server closes the connection.
  if (typeof code !== 'number' || code < 400 || code === 421) return [];
  return [{ code, text: String(text) }];
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** Later when a recipient may take it later; refused for good when none of those who said no ever will. */
export function refusal(replies: readonly Reply[], uid: string): Failure {
  const later = replies.find(({ code }) => code < 500);
  const reply = later ?? replies[0] ?? { code: 0, text: '' };
  const reason = `answered ${reply.code} (${later ? 'temporary' : 'refused'})`;
  const facts = { phase: 'deliver', reason, uid, serverSaid: reply.text } as const;
  return new Failure(later ? 'deliver_temp' : 'deliver_perm', reason, facts);
}
