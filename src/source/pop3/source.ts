import { Failure } from '../../errors.ts';
import { connect } from '../../net/connect.ts';
import { ByteStream, type StreamOptions } from '../../net/stream.ts';
import { secure } from '../../net/tls.ts';
import type { Secret } from '../../util/secret.ts';
import type { MailSource, SessionContext, SourceSession } from '../source.ts';
import { authenticate } from './authenticate.ts';
import { askCapabilities } from './capabilities.ts';
import { refuseClearText } from './clear-text.ts';
import { Dialogue } from './dialogue.ts';
import { Pop3Session } from './session.ts';
import type { Pop3Settings } from './settings.ts';
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
      // Asked first: who has no password need not knock.
      const password = await settings.password();
      const limit = sessionLimit(settings, context.signal);
      try {
        return await open(settings, { ...context, signal: limit.signal }, password, limit.clear);
      } catch (error) {
        limit.clear();
        throw error;
      }
    },
  };
}

async function open(
  settings: Pop3Settings,
  context: SessionContext,
  password: Secret,
  onDispose: () => void,
): Promise<SourceSession> {
  const { host, port, timeout, tls, user } = settings;
  const options = { host, port, timeout, signal: context.signal };
  const dialogue = await begin(settings, context, options);
  try {
    await greeted(dialogue, settings, context);
    if (tls === 'starttls') await upgrade(dialogue, settings, context, options);
    context.onPhase?.('capa');
    const capabilities = await askCapabilities(dialogue);
    refuseClearText(settings, dialogue.remoteAddress);
    context.onPhase?.('auth');
    await authenticate(dialogue, capabilities, { user, password });
    const { pipelining } = settings;
    return new Pop3Session({ dialogue, capabilities, pipelining, context, onDispose });
  } catch (error) {
    dialogue[Symbol.dispose]();
    throw error;
  }
}

async function begin(
  settings: Pop3Settings,
  context: SessionContext,
  options: StreamOptions,
): Promise<Dialogue> {
  const socket = await connect({ ...options, onPhase: context.onPhase });
  if (settings.tls !== 'on') {
    return new Dialogue(new ByteStream(socket, options), options, context.onTranscript);
  }
  context.onPhase?.('tls');
  const secured = await secure(socket, { ...options, ...settings.tlsSettings });
  return new Dialogue(new ByteStream(secured, options), options, context.onTranscript);
}

async function greeted(
  dialogue: Dialogue,
  settings: Pop3Settings,
  context: SessionContext,
): Promise<void> {
  dialogue.phase = 'greeting';
  context.onPhase?.('greeting');
  try {
    const reply = await dialogue.reply();
    if (reply.status === 'err') throw dialogue.refusal(reply, 'sys_temp');
  } catch (error) {
    throw settings.tls === 'on' ? error : withTlsHint(error);
  }
}

/**
 * STLS (RFC 2595 §4). Whatever was said in the clear counts for nothing: no capability is asked before, nothing is
 * read ahead, and without TLS there is no session.
 */
async function upgrade(
  dialogue: Dialogue,
  settings: Pop3Settings,
  context: SessionContext,
  options: StreamOptions,
): Promise<void> {
  dialogue.phase = 'tls';
  context.onPhase?.('tls');
  const reply = await dialogue.ask(stls);
  if (reply.status !== 'ok') {
    const { message, facts } = dialogue.refusal(reply, 'tls_handshake');
    const reason = 'the server refuses STLS';
    const hint = 'If the server has a port for TLS from the start (995), set tls: on.';
    throw new Failure('tls_handshake', message, { ...facts, reason, hint });
  }
  const secured = await secure(dialogue.releaseForTls(), { ...options, ...settings.tlsSettings });
  dialogue.continueOver(new ByteStream(secured, options));
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
