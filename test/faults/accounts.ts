import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { assertStored } from '../interop/stored.ts';
import { authorityPath } from '../support/certificates.ts';
import {
  type MaildropMessage,
  type MaildropOptions,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { PopfetchHome, type PopfetchRun } from '../support/run-popfetch.ts';

/** One account whose server misbehaves in one way. */
export interface FaultCase {
  readonly title: string;
  readonly server: MaildropOptions;
  /** Keys of the account beside host, port, user and so on. */
  readonly account?: object;
  /** What `--json` calls the failure; undefined: there is none. */
  readonly code?: string;
  /** How many messages, from the first on, are stored after the run; undefined: that depends. */
  readonly stored?: number;
  /** What is in the maildrop, where that is not `messages`. */
  readonly expected?: readonly MaildropMessage[];
}

export const messages: readonly MaildropMessage[] = [1, 2, 3].map((number) => ({
  uid: `uid-${number}`,
  content: `Subject: number ${number}\r\n\r\n.dot\r\nbody ${number}\r\n`,
}));

interface JsonLine {
  readonly event: string;
  readonly account?: string;
  readonly code?: string;
  readonly message?: string;
}

/**
 * Polls all of these accounts and a good one in one run of the real program, then once more with servers that behave.
 * Demands in the first run the exit status, each account's code, and that the good account is delivered; after the
 * second that each message is there once and whole, and that it left the server where it should.
 */
export async function pollAll(cases: readonly FaultCase[], status: number): Promise<void> {
  const good: FaultCase = { title: 'good', server: { messages }, stored: 3 };
  const all = [good, ...cases].map((one) => ({ ...one, name: nameOf(one.title) }));
  await using stack = new AsyncDisposableStackOf<MaildropServer>();
  await using home = await PopfetchHome.create();
  const accounts: Record<string, object> = {};
  const servers = new Map<string, MaildropServer>();
  for (const { name, server: options, account } of all) {
    const server = stack.use(await startMaildropServer({ messages, ...options }));
    servers.set(name, server);
    const tls = options.tls ?? 'off';
    accounts[name] = {
      host: '127.0.0.1',
      port: server.port,
      tls,
      ...(tls === 'off' ? {} : { tlsCa: authorityPath() }),
      user: server.user,
      password: server.password,
      deliver: `${home.path(name)}/`,
      keep: true,
      trace: false,
      timeout: '1s',
      ...account,
    };
  }
  home.configure({ jobs: 50, perHost: 50, accounts });

  const faulty = await home.run(['--once', '--json']);
  assert.equal(faulty.status, status, told(faulty));
  const codes = Object.fromEntries(endsOf(faulty).map(({ account, code }) => [account, code]));
  const wanted = Object.fromEntries(all.map(({ name, code }) => [name, code]));
  assert.deepEqual(codes, wanted, told(faulty));
  for (const { name, stored, expected = messages } of all)
    if (stored !== undefined && existsSync(home.path(name)))
      assertStored(home.path(name), bytesOf(expected.slice(0, stored)));

  for (const server of servers.values()) server.faults = {};
  const clean = await home.run(['--once', '--json']);
  assert.equal(clean.status, 0, told(clean));
  for (const { name, account, expected = messages } of all) {
    assertStored(home.path(name), bytesOf(expected));
    const keeps = !(account !== undefined && 'keep' in account && account.keep === false);
    assert.equal(servers.get(name)?.messages.length, keeps ? expected.length : 0, name);
  }
}

/** The most that Node 20 has of it. */
class AsyncDisposableStackOf<Resource extends AsyncDisposable> implements AsyncDisposable {
  readonly #resources: Resource[] = [];

  use(resource: Resource): Resource {
    this.#resources.push(resource);
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#resources.map((resource) => resource[Symbol.asyncDispose]()));
  }
}

function nameOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}

function endsOf({ stdout }: PopfetchRun): JsonLine[] {
  return stdout
    .split('\n')
    .filter((line) => line.includes('"account.end"'))
    .map((line): JsonLine => JSON.parse(line));
}

function told({ stderr }: PopfetchRun): string {
  return stderr;
}

function bytesOf(all: readonly MaildropMessage[]): { name: string; bytes: Uint8Array }[] {
  return all.map(({ uid, content }) => ({
    name: uid.slice(0, 80),
    bytes: typeof content === 'string' ? Buffer.from(content, 'latin1') : content,
  }));
}
