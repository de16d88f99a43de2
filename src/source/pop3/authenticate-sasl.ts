import { Failure } from '../../errors.ts';
import type { Answer, SaslExchange } from '../../sasl/mechanism.ts';
import type { Dialogue } from './dialogue.ts';
import { auth, longestCommand, response } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

/** Challenges of one login at most; SCRAM has two. */
const mostChallenges = 8;

/** Characters of base64 in one challenge at most (RFC 5034 §4). */
const longestChallenge = 12_288;

/**
 * AUTH (RFC 5034 §4): with an initial response where the line stays short enough, else when the server prompts. A
 * challenge that makes no sense is answered with `*`, and the login has failed, whatever the server says then.
 */
export async function authenticateSasl(dialogue: Dialogue, exchange: SaslExchange): Promise<void> {
  const { mechanism, initial } = exchange;
  const first = initial === undefined ? undefined : concealed(dialogue, initial);
  const ahead = auth(mechanism, first === undefined ? undefined : first || '=');
  const inLine =
    first !== undefined &&
    exchange.waitsForPrompt !== true &&
    Buffer.byteLength(ahead.line) <= longestCommand;
  let reply = await dialogue.ask(inLine ? ahead : auth(mechanism, undefined));
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
