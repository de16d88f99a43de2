import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBlackHole } from '../support/black-hole.ts';
import {
  type MaildropFaults,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const well = process.env.POPFETCH_LONG === '1' ? 45 : 20;
const messages = [1, 2, 3].map((number) => ({
  uid: `${number}`,
  content: `Subject: number ${number}\r\n\r\n${'line\r\n'.repeat(50)}`,
}));

/** Silent from the greeting on, silent in the middle of the mail, an octet now and then. */
const mishaps: readonly MaildropFaults[] = [
  { stallAt: 'CAPA' },
  { stallAt: 'RETR 2' },
  { dripMs: 100 },
];

test(`${well} accounts that are well are done as if the dead ones beside them were not there`, async (t) => {
  await using alive = await startMaildropServer({ messages });
  await using dead = await Dead.start();
  const healthy = Array.from({ length: well }, (_, at) => [`well${at}`, accountAt(alive)] as const);
  const without = await timeOf(alive, Object.fromEntries(healthy));
  const beside = await timeOf(alive, Object.fromEntries([...dead.accounts, ...healthy]));
  t.diagnostic(`${Math.round(without)} ms without the dead, ${Math.round(beside)} ms beside them`);
  // A second until their places are lent; the rest is what else this computer does.
  assert.ok(beside < 2 * without + 2500, `${beside} ms, ${without} ms without the dead`);
});

/** ms from the start of the run until the last of those that are well has ended. */
async function timeOf(
  alive: MaildropServer,
  accounts: Readonly<Record<string, object>>,
): Promise<number> {
  await using home = await PopfetchHome.create();
  const deliver = { maildir: `${home.path('Maildir')}/{account}/` };
  home.configure({ jobs: 4, perHost: 50, defaults: { deliver, timeout: '1h' }, accounts });
  alive.sessions.length = 0;
  let over: number | undefined;
  let stops = 0;
  const { stdout, stderr } = await home.run(['--once', '--json'], {
    watch: (pid) => {
      if (alive.sessions.filter(({ updated }) => updated).length < well) return;
      over ??= performance.now();
      // The dead may take an hour. Told twice to stop, nobody waits for them.
      if (performance.now() - over < 200 * stops || stops === 2) return;
      stops++;
      process.kill(pid, 'SIGTERM');
    },
  });
  assert.doesNotMatch(stderr, /Warning/);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonEvent);
  const ends = events.filter(
    ({ event, account, new: stored }) =>
      event === 'account.end' && account?.startsWith('well') === true && stored === messages.length,
  );
  assert.equal(ends.length, well);
  const start = events.find(({ event }) => event === 'run.start');
  const last = Math.max(...ends.map(({ time }) => Date.parse(time)));
  return last - Date.parse(start?.time ?? '');
}

interface JsonEvent {
  readonly event: string;
  readonly time: string;
  readonly account?: string;
  readonly new?: number;
}

/** Accounts that are dead, each in a way of its own. */
class Dead implements AsyncDisposable {
  readonly accounts: readonly (readonly [string, object])[];
  readonly #disposables: readonly AsyncDisposable[];

  static async start(): Promise<Dead> {
    const servers = await Promise.all(
      mishaps.map((faults) => startMaildropServer({ messages, faults })),
    );
    const strict = await startMaildropServer();
    const hole = await openBlackHole('127.0.0.1');
    const [first] = servers;
    assert.ok(first && hole);
    const accounts = [
      ...servers.map(accountAt),
      { ...accountAt(first), port: hole.port },
      { ...accountAt(first), port: await closedPort() },
      { ...accountAt(strict), password: 'wrong' },
    ];
    return new Dead(accounts, [...servers, strict, hole]);
  }

  private constructor(accounts: readonly object[], disposables: readonly AsyncDisposable[]) {
    this.accounts = accounts.map((account, at) => [`dead${at}`, account]);
    this.#disposables = disposables;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#disposables) await one[Symbol.asyncDispose]();
  }
}

function accountAt({ host, port, user, password }: MaildropServer) {
  return { host, port, tls: 'off', user, password };
}

async function closedPort(): Promise<number> {
  const server = await startMaildropServer();
  await server[Symbol.asyncDispose]();
  return server.port;
}
