import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Those of them who took it. */
  readonly taken: readonly string[];
  /** latin1, with LF line ends. */
  readonly text: string;
  readonly secure: boolean;
  /** Who logged in. */
  readonly user: string | undefined;
}

export interface MailServerOptions {
  readonly protocol: 'lmtp' | 'smtp';
  /** What to say no with: `451 later`, `550 no`; undefined takes it. */
  readonly refuse?: (what: 'sender' | 'recipient' | 'content', value: string) => string | undefined;
  /** Octets that it takes at most, and says so. */
  readonly size?: number;
  readonly starttls?: boolean;
  /** TLS from the first octet. */
  readonly tls?: boolean;
  /** Certificate and key (PEM) where the library's own, which nobody trusts, will not do. */
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer };
  /** Who may log in, and must, and with which password. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Listen at a socket in the file system. */
  readonly unix?: boolean;
}

/** A mail server on loopback that keeps in memory what it accepted. */
export interface MailServer extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly received: Received[];
  readonly connections: () => number;
  /** Users who tried to log in. */
  readonly logins: string[];
  /** Drops each line where the reply to the content would come; what was sent then counts as received. */
  dropsBeforeReply: boolean;
}

export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const refusal = (what: 'sender' | 'recipient' | 'content', value: string) => {
    const reply = options.refuse?.(what, value);
    if (reply === undefined) return undefined;
    return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
  };
  const server = new SMTPServer({
    lmtp: options.protocol === 'lmtp',
    secure: options.tls === true,
    size: options.size,
    ...options.certificate,
    authOptional: options.login === undefined,
    // That no password comes over an open line is for the other side to see to.
    allowInsecureAuth: true,
    disabledCommands: [
      ...(options.login === undefined ? ['AUTH'] : []),
      ...(options.starttls === true ? [] : ['STARTTLS']),
    ],
    onAuth({ username, password }, _session, done) {
      const { user, password: right } = options.login ?? {};
      mailServer.logins.push(`${username}`);
      if (username === user && password === right) done(null, { user: username });
      else done(new Error('no'));
    },
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onMailFrom: ({ address }, _session, done) => done(refusal('sender', address)),
    onRcptTo: ({ address }, _session, done) => done(refusal('recipient', address)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('latin1').replaceAll('\r\n', '\n');
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        const { mailFrom } = session.envelope;
        const sender = mailFrom === false ? '' : mailFrom.address;
        const answers = recipients.map((recipient) => refusal('content', recipient));
        const taken = recipients.filter((_, at) => answers[at] === undefined);
        const { secure, user } = session;
        if (taken.length > 0) received.push({ sender, recipients, taken, text, secure, user });
        if (mailServer.dropsBeforeReply) {
          for (const socket of sockets) socket.destroy();
        } else if (options.protocol === 'lmtp')
          done(
            null,
            answers.map((answer) => answer ?? 'taken'),
          );
        else done(answers.find((answer) => answer !== undefined));
      });
    },
  });
  server.on('error', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'popfetch-mail-server-'));
  const path = join(folder, 'socket');
  server.server.on('connection', (socket: Socket) => sockets.add(socket));
  const listener = options.unix === true ? server.listen(path) : server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const port = () => (listener.address() as AddressInfo).port;
  const mailServer: MailServer = {
    address: options.unix === true ? { path } : { host: '127.0.0.1', port: port() },
    received,
    connections: () => connections,
    logins: [],
    dropsBeforeReply: false,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return mailServer;
}
