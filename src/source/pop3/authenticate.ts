import type { SaslExchange } from '../../sasl/mechanism.ts';
import { plain } from '../../sasl/plain.ts';
import type { Secret } from '../../util/secret.ts';
import type { Dialogue } from './dialogue.ts';
import type { Capabilities } from './wire/capabilities.ts';
import { auth, longestCommand, pass, response, user } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

export interface Credentials {
  readonly user: string;
  readonly password: Secret;
}

/**
 * Logs in: with AUTH PLAIN where it is offered, else with USER and PASS. Each command waits for its reply: real
 * servers drop what comes behind a login in the same segment. After a refusal nothing else is tried; a second wrong
 * try may lock the account.
 */
export async function authenticate(
  dialogue: Dialogue,
  capabilities: Capabilities,
  credentials: Credentials,
): Promise<void> {
  dialogue.phase = 'auth';
  conceal(dialogue, credentials);
  // Made first for what they refuse: a login that would be a second command. Then no part of it is sent.
  const commands = [user(credentials.user), pass(credentials.password.reveal())] as const;
  if (capabilities.mechanisms.includes('PLAIN')) {
    await authenticateSasl(dialogue, plain(credentials.user, credentials.password));
    return;
  }
  for (const command of commands) {
    accept(await dialogue.ask(command), dialogue);
  }
}

/** RFC 5034 §4: with an initial response where the line stays short enough, else when the server prompts. */
async function authenticateSasl(dialogue: Dialogue, exchange: SaslExchange): Promise<void> {
  let pending = exchange.initial;
  const ahead = auth(exchange.mechanism, pending && (base64(pending) || '='));
  const fits = Buffer.byteLength(ahead.line) <= longestCommand;
  let reply = await dialogue.ask(fits ? ahead : auth(exchange.mechanism, undefined));
  // Servers that ignore an initial response prompt for it; they get it again, once.
  while (reply.status === 'continue') {
    const challenge = Buffer.from(reply.text, 'base64');
    const answer: Uint8Array | undefined = pending ?? exchange.respond(challenge);
    pending = undefined;
    reply = await dialogue.ask(response(answer === undefined ? '*' : base64(answer)));
  }
  accept(reply, dialogue);
}

function accept(reply: Reply, dialogue: Dialogue): void {
  if (reply.status === 'ok') return;
  throw dialogue.refusal(reply, 'auth');
}

function conceal(dialogue: Dialogue, { user, password }: Credentials): void {
  const secret = password.reveal();
  dialogue.conceal(secret);
  dialogue.conceal(Buffer.from(secret, 'utf8').toString('latin1'));
  dialogue.conceal(base64(Buffer.from(secret, 'utf8')));
  dialogue.conceal(base64(Buffer.from(`\0${user}\0${secret}`, 'utf8')));
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
