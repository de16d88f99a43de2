import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { authorityPath, type CertificateName, certificate } from './certificates.ts';
import { MaildropSession, type Wire } from './maildrop-session.ts';

export interface MaildropMessage {
  readonly uid: string;
  /** As sent: CRLF line ends. A string is latin1. */
  readonly content: string | Uint8Array;
}

/** What goes wrong. Tests may change these between sessions; a session takes what stands when it begins. */
export interface MaildropFaults {
  /** Drops the line when so many octets of replies (before TLS) were sent. */
  readonly cutAfter?: number;
  /** How it drops: in order, or with a reset. */
  readonly cutBy?: 'fin' | 'rst';
  /** Never answers this command (`greeting` works too), for `RETR 2` only this one. */
  readonly stallAt?: string;
  /** Answers these commands so instead: `{'RETR 2': '-ERR gone'}`, `{greeting: '-ERR [SYS/TEMP] later'}`. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Sends one octet a segment. */
  readonly bytewise?: boolean;
  /** Sends one octet each so many ms. */
  readonly dripMs?: number;
  /** Delays each chunk of replies, as distance does. */
  readonly latencyMs?: number;
  /** What is sent in the place of the session's next chunk of replies. */
  readonly rewrite?: (octets: Buffer, chunk: number) => Rewritten;
}

export interface Rewritten {
  readonly octets: Buffer;
  /** Whether the line is dropped behind them. */
  readonly cut: boolean;
}

export interface MaildropOptions {
  readonly messages?: readonly MaildropMessage[];
  readonly user?: string;
  readonly password?: string;
  readonly tls?: 'off' | 'on' | 'starttls';
  readonly certificate?: CertificateName;
  /** Lines of CAPA; undefined: the usual ones. An empty list: CAPA is refused. */
  readonly capabilities?: readonly string[];
  readonly faults?: MaildropFaults;
}

/** What one client did. */
export interface SessionLog {
  /** Command lines in the order received, without CRLF. */
  readonly commands: string[];
  /** How many commands each received segment held: pipelining shows here. */
  readonly segments: number[];
  /** Everything received before TLS, as latin1. */
  clear: string;
  /** QUIT was answered from TRANSACTION: deletions happened. */
  updated: boolean;
}

export interface MaildropServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM file to trust. */
  readonly ca: string;
  /** The maildrop now; add to it, take from it. */
  messages: MaildropMessage[];
  faults: MaildropFaults;
  readonly sessions: SessionLog[];
}

/** A POP3 server on loopback that behaves, except where it is told not to. Deletions happen at QUIT only. */
export async function startMaildropServer(options: MaildropOptions = {}): Promise<MaildropServer> {
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', ignore));
    serve(socket, options, server);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const server: MaildropServer = {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    user: options.user ?? 'joe',
    password: options.password ?? 'tanstaaf-5',
    ca: authorityPath(),
    messages: [...(options.messages ?? [])],
    faults: options.faults ?? {},
    sessions: [],
    [Symbol.asyncDispose]: () => close(listener, sockets),
  };
  return server;
}

async function close(listener: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  listener.close();
  await once(listener, 'close');
}

function serve(socket: Socket, options: MaildropOptions, server: MaildropServer): void {
  const log: SessionLog = { commands: [], segments: [], clear: '', updated: false };
  server.sessions.push(log);
  const tls = options.tls ?? 'off';
  const session = new MaildropSession({
    server,
    log,
    capabilities: options.capabilities,
    offersStls: tls === 'starttls',
    startTls: () => attach(encrypt(socket, options)),
  });
  const attach = (line: Socket): void => {
    line.on('error', ignore);
    const wire = outgoing(line, server.faults);
    line.on('data', (chunk: Buffer) => {
      if (line === socket) log.clear += chunk.toString('latin1');
      session.receive(chunk, wire);
    });
    session.attached(wire);
  };
  attach(tls === 'on' ? encrypt(socket, options) : socket);
}

function encrypt(socket: Socket, options: MaildropOptions): TLSSocket {
  socket.removeAllListeners('data');
  const context = createSecureContext(certificate(options.certificate ?? 'server'));
  return new TLSSocket(socket, { isServer: true, secureContext: context });
}

/** Writes as the faults say: slowly, octet by octet, not beyond the cut. */
function outgoing(line: Socket, faults: MaildropFaults): Wire {
  let chunks = 0;
  const write = (original: Buffer): void => {
    const { octets, cut } = faults.rewrite?.(original, chunks++) ?? {
      octets: original,
      cut: false,
    };
    send(octets);
    if (cut) line.end();
  };
  const send = (octets: Buffer): void => {
    if (faults.bytewise !== true) line.write(octets);
    else for (let at = 0; at < octets.length; at++) line.write(octets.subarray(at, at + 1));
  };
  const later = (what: () => void): void => {
    if (faults.latencyMs === undefined) what();
    else setTimeout(what, faults.latencyMs).unref();
  };
  if (faults.dripMs !== undefined) return dripping(line, faults.dripMs);
  return {
    write: (octets) => later(() => write(octets)),
    end: () => later(() => line.end()),
    cut: () => (faults.cutBy === 'rst' ? line.resetAndDestroy() : line.end()),
  };
}

/** An octet at a time; who is told to end does so behind the last one. */
function dripping(line: Socket, ms: number): Wire {
  const octets: number[] = [];
  let isEnded = false;
  const timer = setInterval(() => {
    const octet = octets.shift();
    if (octet !== undefined) line.write(Buffer.of(octet));
    else if (isEnded) line.end();
  }, ms).unref();
  line.on('close', () => clearInterval(timer));
  const end = (): void => {
    isEnded = true;
  };
  return { write: (more) => void octets.push(...more), end, cut: end };
}

function ignore(): void {}
