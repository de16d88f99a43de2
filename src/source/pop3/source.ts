import type { Socket } from 'node:net';
import { Failure } from '../../errors.ts';
import { certificateOf } from '../../net/certificate.ts';
import { connect } from '../../net/connect.ts';
import { connectThrough } from '../../net/proxy.ts';
import { prepareSecurity, type Security } from '../../net/security.ts';
import { ByteStream, type StreamOptions } from '../../net/stream.ts';
import { secure } from '../../net/tls.ts';
import { timestampIn } from '../../sasl/apop.ts';
import { Secret } from '../../util/secret.ts';
import type { MailSource, SessionContext, SourceSession } from '../source.ts';
import { authenticate } from './authenticate.ts';
import { askCapabilities } from './capabilities.ts';
import { privacyOf } from './clear-text.ts';
import { Dialogue } from './dialogue.ts';
import { Pop3Session } from './session.ts';
import type { Pop3Settings } from './settings.ts';
import { enterUtf8 } from './utf8.ts';
import { stls } from './wire/commands.ts';

/**
 * A maildrop behind POP3 (RFC 1939, 2449, 2595, 5034). A session costs one connection; no two accounts or settings
 * ever share one.
 */
export function pop3Source(settings: Pop3Settings): MailSource {
  const { host, port, tls } = settings;
  return {
    address: { host, port, tls },
    open: async (context) => {
      // First what can fail without the server: who has no password need not knock.
      const security = tls === 'off' ? undefined : await prepareSecurity(settings.tlsSettings);
      const password = settings.auth === 'external' ? none : await settings.password();
      const limit = sessionLimit(settings, context.signal);
      try {
        const own = { ...context, signal: limit.signal };
        const ready = { password, security, onDispose: limit.clear };
        return await open(settings, own, ready);
      } catch (error) {
        limit.clear();
        throw error;
      }
    },
  };
}

/** In the place of a password where the certificate tells who we are. */
const none = new Secret('');

/** What was made ready before the server is contacted. */
interface Ready {
  readonly password: Secret;
  /** Undefined where there is no TLS. */
  readonly security: Security | undefined;
  readonly onDispose: () => void;
}

async function open(
  settings: Pop3Settings,
  context: SessionContext,
  { password, security, onDispose }: Ready,
): Promise<SourceSession> {
  const { host, port, timeout, tls, user, auth = 'auto', pipelining } = settings;
  const { signal, line: watch, onFact } = context;
  const line = { host, port, timeout, signal, security, watch, onFact };
  const dialogue = await begin(settings, context, line);
  try {
    const timestamp = await greeted(dialogue, settings, context);
    if (tls === 'starttls') await upgrade(dialogue, context, line);
    context.onPhase?.('capa');
    const capabilities = await askCapabilities(dialogue);
    onFact?.({ kind: 'capabilities', isAfterLogin: false, lines: capabilities.lines });
    const privacy = privacyOf(settings, dialogue.remoteAddress);
    const utf8 = await enterUtf8(dialogue, capabilities);
    context.onPhase?.('auth');
    const login = { user, password, auth, privacy, server: { host, port } };
    const binding = dialogue.channelBinding;
    const method = await authenticate(dialogue, { capabilities, timestamp, binding }, login);
    onFact?.({ kind: 'login', method });
    return new Pop3Session({ dialogue, capabilities, pipelining, context, onDispose, utf8 });
  } catch (error) {
    dialogue[Symbol.dispose]();
    throw error;
  }
}

interface Line extends StreamOptions {
  readonly security: Security | undefined;
  readonly onFact: SessionContext['onFact'];
}

async function begin(
  { tls, proxy, bind }: Pop3Settings,
  context: SessionContext,
  line: Line,
): Promise<Dialogue> {
  line.watch?.waits();
  const way = { ...line, bind, onPhase: context.onPhase };
  const socket = proxy === undefined ? await connect(way) : await connectThrough(proxy, way);
  if (tls !== 'on') return new Dialogue(new ByteStream(socket, line), line, context.onTranscript);
  context.onPhase?.('tls');
  return new Dialogue(await encrypted(socket, line, false), line, context.onTranscript);
}

async function encrypted(socket: Socket, line: Line, isUpgrade: boolean): Promise<ByteStream> {
  const { security } = line;
  if (security === undefined) throw new Error('TLS that was not made ready');
  const secured = await secure(socket, { ...line, security, isUpgrade });
  const version = secured.getProtocol() ?? 'TLS';
  line.onFact?.({ kind: 'tls', version, certificate: certificateOf(secured) });
  return new ByteStream(secured, line);
}

/** Reads the greeting; its time stamp, where it has one. */
async function greeted(
  dialogue: Dialogue,
  settings: Pop3Settings,
  context: SessionContext,
): Promise<string | undefined> {
  dialogue.phase = 'greeting';
  context.onPhase?.('greeting');
  try {
    const reply = await dialogue.reply();
    if (reply.status === 'err') throw dialogue.refusal(reply, 'sys_temp');
    return timestampIn(reply.text);
  } catch (error) {
    throw settings.tls === 'on' ? error : withTlsHint(error);
  }
}

/**
 * STLS (RFC 2595 §4). Whatever was said in the clear counts for nothing: no capability is asked before, nothing is
 * read ahead, and without TLS there is no session.
 */
async function upgrade(dialogue: Dialogue, context: SessionContext, line: Line): Promise<void> {
  dialogue.phase = 'tls';
  context.onPhase?.('tls');
  const reply = await dialogue.ask(stls);
  if (reply.status !== 'ok') {
    const { message, facts } = dialogue.refusal(reply, 'tls_handshake');
    const reason = 'the server refuses STLS';
    const hint = 'If the server has a port for TLS from the start (995), set tls: on.';
    throw new Failure('tls_handshake', message, { ...facts, reason, hint });
  }
  dialogue.continueOver(await encrypted(dialogue.releaseForTls(), line, true));
}

/** A port that speaks TLS at once is silent, or answers with a TLS alert. */
function withTlsHint(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const { code, message, facts, cause } = error;
  const alert = code === 'protocol' && /^[\x15\x16]\x03/.test(facts.serverSaid ?? '');
  if (code !== 'timeout' && !alert) return error;
  const hint = 'If this port speaks TLS from the start, set tls: on.';
  return new Failure(alert ? 'tls_handshake' : code, message, { ...facts, hint }, cause);
}

/** The caller's signal, and the deadline of the whole session where there is one. */
function sessionLimit(
  settings: Pop3Settings,
  signal: AbortSignal,
): { readonly signal: AbortSignal; readonly clear: () => void } {
  const { sessionDeadline, host, port } = settings;
  if (sessionDeadline === undefined) return { signal, clear: () => {} };
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    const seconds = sessionDeadline / 1000;
    const message = `the session took longer than ${seconds} s`;
    controller.abort(new Failure('timeout', message, { host, port, seconds }));
  }, sessionDeadline);
  signal.addEventListener('abort', forward);
  if (signal.aborted) forward();
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', forward);
    },
  };
}
