import { Failure, type FailureCode } from '../../../src/errors.ts';
import type { Pop3Settings } from '../../../src/source/pop3/settings.ts';
import { pop3Source } from '../../../src/source/pop3/source.ts';
import type { Retrieval, SessionContext, SourceSession } from '../../../src/source/source.ts';
import { Secret } from '../../../src/util/secret.ts';
import {
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../../support/scripted-server.ts';

/** A signal that never fires. */
export const never = new AbortController().signal;

const user = 'joe';
export const password = 'tanstaaf-5';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

export function settingsFor(server: Server, more: Partial<Pop3Settings> = {}): Pop3Settings {
  return {
    host: server.host,
    port: server.port,
    tls: 'off',
    tlsSettings: { ca: server.ca, fingerprint: undefined },
    user,
    password: () => Promise.resolve(new Secret(password)),
    timeout: 5000,
    pipelining: 'auto',
    ...more,
  };
}

/** Over TLS: greeting, capabilities (none: no CAPA), then this. */
export function loginServer(
  capabilities: string,
  ...login: readonly Step[]
): Promise<ScriptedServer> {
  return startScriptedServer([
    { startTls: 'server' },
    { send: '+OK <1.2@host> ready\r\n' },
    { expect: 'CAPA' },
    { send: capabilities === '' ? '-ERR\r\n' : `+OK\r\n${capabilities}\r\n.\r\n` },
    ...login,
    { stall: true },
  ]);
}

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export function openSession(
  server: Server,
  more: Partial<Pop3Settings> = {},
  context: Partial<SessionContext> = {},
): Promise<SourceSession> {
  return pop3Source(settingsFor(server, more)).open({ signal: never, ...context });
}

/** The failure that this ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

export async function codeOf(promise: Promise<unknown>): Promise<FailureCode> {
  return (await failureOf(promise)).code;
}

export async function textOf(retrieval: Retrieval): Promise<string> {
  if (retrieval.kind === 'refused') return retrieval.serverSaid;
  const slices: Uint8Array[] = [];
  for await (const slice of retrieval.content) slices.push(Uint8Array.from(slice));
  return Buffer.concat(slices).toString('latin1');
}

/** Everything on the server, content by unique-id; messages confirmed by what follows them only. */
export async function retrieveAll(session: SourceSession): Promise<Map<string, string>> {
  const { messages } = await session.list();
  const fetched = new Map<string, string>();
  for await (const retrieval of session.retrieve(messages, never)) {
    fetched.set(retrieval.ref.uid, await textOf(retrieval));
  }
  return fetched;
}

export function messagesOf(count: number, size = 20): { uid: string; content: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    uid: `uid-${index + 1}`,
    content: `Subject: ${index + 1}\r\n\r\n.dot\r\n${'x'.repeat(size)}\r\n`,
  }));
}
