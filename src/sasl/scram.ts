import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../util/secret.ts';
import { type Answer, type SaslExchange, senseless } from './mechanism.ts';
import { saslName } from './saslname.ts';
import { saslPrep } from './saslprep.ts';

/** A second of work. Servers ask for 4,096 to 600,000; one that asks for billions wants to keep us busy. */
const mostIterations = 2_000_000;

const derive = promisify(pbkdf2);

type HashName = 'sha1' | 'sha256';

/**
 * Whether the exchange is bound to the TLS session beneath it (RFC 5802 §6), so that nobody in between can pass it on.
 * If not: `not offered` by the server, which protests if it did and somebody took it out of what it said; or `not to be
 * had` here, without TLS.
 */
export type ChannelBinding =
  | { readonly type: string; readonly data: Uint8Array }
  | 'not offered'
  | 'not to be had';

/**
 * SCRAM-SHA-1 (RFC 5802) and SCRAM-SHA-256 (RFC 7677), with a channel binding as their -PLUS. The password never leaves
 * us, and the server has to prove that it knows it: without its signature a success is not believed.
 */
export function scram(
  hash: HashName,
  user: string,
  password: Secret,
  binding: ChannelBinding,
  nonce = randomBytes(18).toString('base64'),
): SaslExchange {
  const gs2Header = `${gs2Flag(binding)},,`;
  const clientFirst = `n=${saslName(prepared(user))},r=${nonce}`;
  const conversation = new Conversation({
    hash,
    password,
    nonce,
    clientFirst,
    channel: Buffer.concat([Buffer.from(gs2Header), dataOf(binding)]),
  });
  const name = hash === 'sha1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
  return {
    mechanism: typeof binding === 'string' ? name : `${name}-PLUS`,
    initial: Buffer.from(gs2Header + clientFirst, 'utf8'),
    respond: (challenge) => conversation.respond(Buffer.from(challenge).toString('utf8')),
    doubt: () =>
      conversation.serverProven
        ? undefined
        : 'the server did not prove that it knows the password (SCRAM)',
  };
}

function gs2Flag(binding: ChannelBinding): string {
  if (typeof binding !== 'string') return `p=${binding.type}`;
  return binding === 'not offered' ? 'y' : 'n';
}

function dataOf(binding: ChannelBinding): Uint8Array {
  return typeof binding === 'string' ? new Uint8Array() : binding.data;
}

interface Beginning {
  readonly hash: HashName;
  readonly password: Secret;
  readonly nonce: string;
  readonly clientFirst: string;
  /** The header of the first message, and what is bound. */
  readonly channel: Uint8Array;
}

class Conversation {
  serverProven = false;
  readonly #hash: HashName;
  readonly #password: Secret;
  readonly #nonce: string;
  readonly #clientFirst: string;
  readonly #channel: Uint8Array;
  /** What the server has to say in the end; known once its first message is answered. */
  #signature: Buffer | undefined;

  constructor({ hash, password, nonce, clientFirst, channel }: Beginning) {
    this.#hash = hash;
    this.#password = password;
    this.#nonce = nonce;
    this.#clientFirst = clientFirst;
    this.#channel = channel;
  }

  respond(message: string): Answer | Promise<Answer> {
    if (this.serverProven) return senseless;
    // `e=...` says why the login is refused; given up, the server says so once more, with -ERR.
    if (message.startsWith('e=')) return { cancel: refusalOf(message.slice(2, 80)) };
    return this.#signature === undefined ? this.#answerFirst(message) : this.#checkFinal(message);
  }

  /** `r=NONCE,s=SALT,i=COUNT` (RFC 5802 §7); extensions that must be understood begin with `m=` and are refused. */
  async #answerFirst(message: string): Promise<Answer> {
    const found =
      /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})(?:,|$)/.exec(message);
    const [, nonce = '', salt = '', count = ''] = found ?? [];
    if (found === null) return senseless;
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length)
      return { cancel: 'the server answered somebody else (a SCRAM nonce that is not ours)' };
    if (Number(count) > mostIterations)
      return { cancel: `the server wants ${count} rounds of SCRAM` };
    const withoutProof = `c=${Buffer.from(this.#channel).toString('base64')},r=${nonce}`;
    const proof = await this.#prove(
      Buffer.from(salt, 'base64'),
      Number(count),
      `${this.#clientFirst},${message},${withoutProof}`,
    );
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'utf8');
  }

  /** RFC 5802 §3, with its names. */
  async #prove(salt: Buffer, iterations: number, authMessage: string): Promise<Buffer> {
    const password = Buffer.from(prepared(this.#password.reveal()), 'utf8');
    const length = createHash(this.#hash).digest().length;
    const saltedPassword = await derive(password, salt, iterations, length, this.#hash);
    const clientKey = this.#hmac(saltedPassword, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const clientSignature = this.#hmac(storedKey, authMessage);
    this.#signature = this.#hmac(this.#hmac(saltedPassword, 'Server Key'), authMessage);
    return Buffer.from(clientKey.map((octet, at) => octet ^ (clientSignature[at] ?? 0)));
  }

  #checkFinal(message: string): Answer {
    const signature = Buffer.from(
      /^v=([A-Za-z0-9+/]+={0,2})(?:,|$)/.exec(message)?.[1] ?? '',
      'base64',
    );
    const expected = this.#signature ?? Buffer.alloc(0);
    const right = signature.length === expected.length && timingSafeEqual(signature, expected);
    if (!right)
      return { cancel: 'the server does not know the password (its SCRAM signature is wrong)' };
    this.serverProven = true;
    return new Uint8Array();
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text, 'utf8').digest();
  }
}

/** RFC 5802 §7. */
function refusalOf(error: string): string {
  if (error === 'channel-bindings-dont-match')
    return 'the server is at the end of another TLS session than ours: somebody may sit in between';
  if (error === 'server-does-support-channel-binding')
    return 'somebody took channel binding (SCRAM-PLUS) out of what the server offers';
  return `the server refuses it (SCRAM: ${error})`;
}

/** Where SASLprep has nothing to give, servers that prepare nothing may still know it as it is. */
function prepared(text: string): string {
  return saslPrep(text) ?? text;
}
