import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type SecureVersion, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { authorityPath, certificate } from './certificates.ts';

export interface ScramServerOptions {
  readonly version?: SecureVersion;
  /** Arguments of SASL in CAPA. */
  readonly offers: string;
  readonly password: string;
  /** Whether it can bind at all; one that can protests where a client believes that it cannot. */
  readonly binds?: boolean;
}

export interface PlainServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly ca: string;
  /** What it heard inside TLS, line by line. */
  readonly heard: readonly string[];
}

/** What it says to a line, if anything. */
type Respond = (line: string) => string | undefined;

/**
 * The server's side of SCRAM (RFC 5802) over POP3 and TLS, with its -PLUS: it shares no line with the client's side, and
 * knows the bindings from its own end of the session. Nobody can do more than log in.
 */
export function startScramServer(options: ScramServerOptions): Promise<PlainServer> {
  return listenInTls(options.version, (socket) => {
    socket.write('+OK ready\r\n');
    let login: ScramLogin | undefined;
    return (line) => {
      const [verb = '', mechanism = '', initial = ''] = line.split(' ');
      if (verb === 'CAPA') return `+OK\r\nSASL ${options.offers}\r\n.`;
      if (verb === 'QUIT') return '+OK bye';
      if (verb !== 'AUTH') return login?.respond(decoded(line)) ?? '-ERR';
      login = new ScramLogin(options, mechanism, socket);
      return login.respond(decoded(initial));
    };
  });
}

/** Ends TLS, and passes on what it hears inside, changed as it likes: whom channel bindings are made against. */
export async function startInterloper(
  behind: { readonly port: number },
  change: (reply: string) => string,
): Promise<PlainServer> {
  return listenInTls(undefined, (socket) => {
    const onward = tlsConnect({ port: behind.port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('close', () => onward.destroy());
    onward.on('error', () => {}).on('data', (chunk) => socket.write(change(String(chunk))));
    return (line) => {
      onward.write(`${line}\r\n`);
      return undefined;
    };
  });
}

async function listenInTls(
  version: SecureVersion | undefined,
  begin: (socket: TLSSocket) => Respond,
): Promise<PlainServer> {
  const heard: string[] = [];
  const sockets = new Set<TLSSocket>();
  const limits = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const listener = createServer({ ...certificate('server'), ...limits }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    const respond = begin(socket);
    let input = '';
    socket.on('data', (chunk) => {
      input += String(chunk);
      const lines = input.split('\r\n');
      input = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(line);
        const reply = respond(line);
        if (reply !== undefined) socket.write(`${reply}\r\n`);
      }
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    ca: authorityPath(),
    heard,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

const salt = Buffer.from('salt of the server');
const iterations = 4096;

class ScramLogin {
  readonly #options: ScramServerOptions;
  readonly #mechanism: string;
  readonly #socket: TLSSocket;
  #gs2 = '';
  #bare = '';
  #first = '';
  #proven = false;

  constructor(options: ScramServerOptions, mechanism: string, socket: TLSSocket) {
    this.#options = options;
    this.#mechanism = mechanism;
    this.#socket = socket;
  }

  respond(message: string): string {
    if (this.#proven) return '+OK logged in';
    return this.#first === '' ? this.#start(message) : this.#finish(message);
  }

  #start(message: string): string {
    const [, gs2 = '', flag = '', bare = ''] =
      /^((\w(?:=[\w-]+)?),,)(n=joe,r=.+)$/.exec(message) ?? [];
    const isPlus = this.#mechanism.endsWith('-PLUS');
    if (isPlus !== flag.startsWith('p=')) return '-ERR wrong flag';
    if (flag === 'y' && this.#options.binds === true)
      return '-ERR [AUTH] server-does-support-channel-binding';
    if (isPlus && flag !== `p=${this.#binding().type}`)
      return '-ERR [AUTH] unsupported-channel-binding-type';
    this.#gs2 = gs2;
    this.#bare = bare;
    this.#first = `${bare.slice('n=joe,'.length)}server,s=${salt.toString('base64')},i=${iterations}`;
    return `+ ${encoded(this.#first)}`;
  }

  #finish(message: string): string {
    const [, withoutProof = '', channel = '', proof = ''] =
      /^(c=([^,]+),r=[^,]+),p=(.+)$/.exec(message) ?? [];
    const bound = this.#gs2.startsWith('p=') ? this.#binding().data : Buffer.alloc(0);
    const expected = Buffer.concat([Buffer.from(this.#gs2), bound]);
    if (!Buffer.from(channel, 'base64').equals(expected))
      return `+ ${encoded('e=channel-bindings-dont-match')}`;
    const hash = this.#mechanism.startsWith('SCRAM-SHA-256') ? 'sha256' : 'sha1';
    const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
    const length = hash === 'sha256' ? 32 : 20;
    const salted = pbkdf2Sync(this.#options.password, salt, iterations, length, hash);
    const storedKey = createHash(hash).update(hmac(salted, 'Client Key')).digest();
    const authMessage = `${this.#bare},${this.#first},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    const key = Buffer.from(proof, 'base64').map((octet, at) => octet ^ (signature[at] ?? 0));
    if (!timingSafeEqual(createHash(hash).update(key).digest(), storedKey))
      return '-ERR [AUTH] invalid-proof';
    this.#proven = true;
    return `+ ${encoded(`v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`)}`;
  }

  /** As this end of the session sees it. */
  #binding(): { readonly type: string; readonly data: Buffer } {
    if (this.#socket.getProtocol() !== 'TLSv1.3')
      return { type: 'tls-unique', data: this.#socket.getPeerFinished() ?? Buffer.alloc(0) };
    const data = this.#socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return { type: 'tls-exporter', data };
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
