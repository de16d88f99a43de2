import { Failure } from '../../errors.ts';
import type { Answer, SaslExchange } from '../../sasl/mechanism.ts';
import type { Dialogue } from './dialogue.ts';
import { auth, type Command, longestCommand, response } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';
import { hasCode } from './wire/status.ts';

/** Challenges of one login at most; SCRAM has two. */
const mostChallenges = 8;

/** Characters of base64 in one challenge at most (RFC 5034 §4). */
const longestChallenge = 12_288;

/**
 * AUTH (RFC 5034 §4): with an initial response where the server takes one and the line stays short enough, else when it
 * prompts. A challenge that makes no sense is answered with `*`, and the login has failed, whatever the server says
 * then. `takesInitial`: whether it says that it knows more than RFC 1734, where there is no initial response.
 */
export async function authenticateSasl(
  dialogue: Dialogue,
  exchange: SaslExchange,
  takesInitial: boolean,
): Promise<void> {
  const { mechanism, initial } = exchange;
  const ahead = initial && auth(mechanism, concealed(dialogue, initial) || '=');
  const fits = ahead !== undefined && Buffer.byteLength(ahead.line) <= longestCommand;
  if (fits && takesInitial && exchange.waitsForPrompt !== true)
    return converse(dialogue, exchange, await dialogue.ask(ahead), true);
  const reply = await dialogue.ask(auth(mechanism, undefined));
  if (ahead === undefined || !isMisunderstood(dialogue, reply))
    return converse(dialogue, exchange, reply, false);
  return converse(dialogue, exchange, await insist(dialogue, ahead, reply), true);
}

/** The server refuses the mechanism's name alone. Nothing secret was sent yet, so no attempt is counted. */
function isMisunderstood(dialogue: Dialogue, reply: Reply): boolean {
  if (reply.status !== 'err' || hasCode(reply, 'AUTH')) return false;
  return dialogue.refusal(reply, 'auth').code === 'auth';
}

/** Once more, with the initial response in the line, however long: who takes it there only takes it so. */
async function insist(dialogue: Dialogue, ahead: Command, first: Reply): Promise<Reply> {
  try {
    return await dialogue.ask(ahead);
  } catch (error) {
    // A server that hangs up on us has told why.
    const hungUp = error instanceof Failure && error.code === 'connection_lost';
    throw hungUp ? dialogue.refusal(first, 'auth') : error;
  }
}

/** Answers what the server asks. `inLine`: the initial response was sent with the mechanism's name. */
async function converse(
  dialogue: Dialogue,
  exchange: SaslExchange,
  start: Reply,
  inLine: boolean,
): Promise<void> {
  const { initial } = exchange;
  let reply = start;
  for (let count = 0; reply.status === 'continue'; count++) {
    // What the first prompt says is nobody's business, unless it is an answer. Servers that ignore an initial
    // response prompt for it with nothing: they get it again.
    const isPrompt = count === 0 && initial !== undefined && !(inLine && reply.text !== '');
    const answer = isPrompt ? initial : await answerTo(reply, exchange, count);
    if ('cancel' in answer) return giveUp(dialogue, answer.cancel);
    reply = await dialogue.ask(response(concealed(dialogue, answer)));
  }
  if (reply.status === 'err') throw dialogue.refusal(reply, 'auth');
  const doubt = exchange.doubt?.();
  if (doubt !== undefined) throw failed(dialogue, doubt);
}

function answerTo(
  { text }: Reply,
  exchange: SaslExchange,
  count: number,
): Answer | Promise<Answer> {
  if (count === mostChallenges) return { cancel: 'the server asks and asks' };
  if (text.length > longestChallenge)
    return { cancel: 'the server sent a challenge that is too long' };
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    return { cancel: 'the server sent a challenge that is not base64' };
  return exchange.respond(Buffer.from(text, 'base64'));
}

async function giveUp(dialogue: Dialogue, why: string): Promise<never> {
  const reply = await dialogue.ask(response('*'));
  throw failed(dialogue, why, reply.status === 'err' ? reply : undefined);
}

function failed(dialogue: Dialogue, reason: string, reply?: Reply): Failure {
  const facts = reply === undefined ? dialogue.facts() : dialogue.refusal(reply, 'auth').facts;
  return new Failure('auth', `login failed: ${reason}`, { ...facts, reason });
}

/** In base64, never to be shown: neither what we sent nor a server's echo of it. */
function concealed(dialogue: Dialogue, octets: Uint8Array): string {
  const base64 = Buffer.from(octets).toString('base64');
  dialogue.conceal(base64);
  return base64;
}
