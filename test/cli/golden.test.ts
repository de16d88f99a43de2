import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { World } from '../../src/cli/world.ts';
import { lockAccount } from '../../src/state/lock.ts';
import { type Call, errno, type Fault, faultyFs } from '../durable/faulty-fs.ts';
import {
  type MaildropFaults,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

/** 22 Nov 2025, ten past nine in the morning, local time. */
const now = () => new Date(2025, 10, 22, 9, 10).getTime();
const written = `Date: ${new Date(2025, 10, 22, 6, 51).toUTCString()}`;

/** So many messages of so many octets each. */
function mail(count: number, octets: number) {
  const head = `From: Ann Example <ann@example.org>\r\n${written}\r\nSubject: Minutes of Tuesday\r\n\r\n`;
  const text = 'Hi Joe,\r\nattached are the minutes; please look at item 3.\r\n';
  const content = `${(head + text).padEnd(octets - 2, 'x')}\r\n`;
  return Array.from({ length: count }, (_, at) => ({ uid: `u${at}`, content }));
}

/** Servers of a run, by the names of their accounts, and what is wrong with each. */
class Scene implements AsyncDisposable {
  readonly servers = new Map<string, MaildropServer>();
  readonly home: PopfetchHome;
  readonly #accounts: Record<string, object> = {};

  static async of(
    servers: Readonly<Record<string, readonly [count: number, octets: number, MaildropFaults?]>>,
  ): Promise<Scene> {
    const scene = new Scene(await PopfetchHome.create());
    for (const [name, [count, octets, faults = {}]] of Object.entries(servers)) {
      const server = await startMaildropServer({ messages: mail(count, octets), faults });
      scene.servers.set(name, server);
      const { host, port, user, password } = server;
      scene.account(name, { host, port, user, password, tls: 'off', deliver: '~/Maildir/' });
    }
    return scene;
  }

  private constructor(home: PopfetchHome) {
    this.home = home;
    mkdirSync(home.path('home/bin'));
  }

  account(name: string, keys: object): this {
    this.#accounts[name] = { ...this.#accounts[name], ...keys };
    this.home.configure({ jobs: 1, accounts: this.#accounts });
    return this;
  }

  /** A program that takes messages, for `deliver`. */
  program(name: string, script: string): object {
    const path = this.home.path('home/bin', name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { deliver: { pipe: [path] } };
  }

  /** What a person sees, times and ports made the same. */
  onTerminal(...args: readonly string[]): Promise<string> {
    return this.onTerminalWith({}, args);
  }

  async onTerminalWith(around: Partial<World>, args: readonly string[] = []): Promise<string> {
    let seen = '';
    const screen = {
      isTTY: true,
      columns: 80,
      rows: 24,
      write: (text: string) => {
        seen += text;
      },
      writeOctets: (octets: Uint8Array) => {
        seen += Buffer.from(octets).toString();
      },
    };
    const env = { PATH: process.env.PATH, HOME: this.home.path('home'), NO_COLOR: '1' };
    const terminal = { stdout: screen, stderr: screen, env };
    await runInProcess(this.home, args, now, { ...terminal, ...around });
    return same(seen);
  }

  async onPipe(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const { stdout, stderr } = await runInProcess(this.home, args, now);
    return { stdout: same(stdout), stderr: same(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers.values()) await server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

function same(text: string): string {
  return text.replace(/\d+\.\d s$/gm, '0.8 s').replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:995');
}

test('a run of three accounts', async () => {
  const servers = { gmx: [3, 13_700], work: [12, 158_000], home: [4, 200] } as const;
  await using scene = await Scene.of(servers);
  scene.account('work', scene.program('procmail', 'cat >/dev/null'));
  await scene.onPipe('--once', 'home');
  assert.equal(
    await scene.onTerminal('check'),
    `gmx    3 new of 3       41 kB
work   12 new of 12    1.9 MB
home   nothing new of 4
`,
  );
  assert.equal(
    await scene.onTerminal('--once'),
    `gmx    3 new     41 kB  -> ~/Maildir/                                     0.8 s
work   12 new   1.9 MB  -> procmail                                       0.8 s
home   nothing new (4 on the server)                                      0.8 s
3 accounts ok, 15 new messages, 1.9 MB
`,
  );
  assert.equal(
    await scene.onTerminal('status'),
    `ACCOUNT  LAST POLL     RESULT            NEW 24H  ON SERVER           NEXT
gmx      just now      ok                      3  3, 41 kB            -
work     just now      ok                     12  12, 1.9 MB          -
home     just now      ok                      4  4, 800 B            -
`,
  );
  scene.servers
    .get('gmx')
    ?.messages.push({ uid: 'new', content: mail(1, 41_000)[0]?.content ?? '' });
  assert.deepEqual(await scene.onPipe('--once'), {
    stdout: `gmx: 1 new, 41 kB -> ~/Maildir/
work: nothing new (12 on the server)
home: nothing new (4 on the server)
`,
    stderr: '',
  });
  assert.deepEqual(await scene.onPipe('--once', '-q'), { stdout: '', stderr: '' });
});

test('accounts that fail, each with what happened, what was said and what to do', async () => {
  const answer = '-ERR [AUTH] Username and password not accepted.';
  await using scene = await Scene.of({
    gmail: [0, 0, { answers: { AUTH: answer, PASS: answer } }],
    out: [0, 0],
    work: [12, 1000],
    gmx: [10, 400, { cutAfter: 3000 }],
    home: [2, 300],
  });
  scene.account('out', { port: 1 });
  const takesTen = 'echo x >> "$HOME/taken"; [ $(wc -l < "$HOME/taken") -le 10 ] || exit 75';
  scene.account('work', scene.program('procmail', takesTen));
  assert.equal(
    await scene.onTerminal('--once'),
    `gmail  FAIL  login refused by 127.0.0.1
       it said: -ERR [AUTH] Username and password not accepted.
       Check user and password.
out    FAIL  cannot reach 127.0.0.1:995 (connection refused)
       temporary, will try again
work   FAIL  procmail exited 75 (temporary) for 2 of 12 messages; they stay on the server
work   skip  2 messages (2 kB) stay on the server: procmail exited 75 (temporary) (numbers 11, 12)
gmx    FAIL  connection lost after 6 of 10 messages; the 6 are stored and will not be fetched again
home   2 new     586 B  -> ~/Maildir/                                     0.8 s
1 of 5 accounts ok, 18 new messages, 13 kB. Failed: gmail, out, work, gmx
`,
  );
  assert.deepEqual(await scene.onPipe('--once', 'out', 'home'), {
    stdout: `home: nothing new (2 on the server)
1 of 2 accounts ok, no new messages. Failed: out
`,
    stderr: `out    FAIL  cannot reach 127.0.0.1:995 (connection refused)
       temporary, will try again; failing since 09:10 (2 polls)
`,
  });
  await scene.onPipe('--once', 'gmail', 'out');
  await scene.onPipe('--once', 'gmail', 'out');
  const lines = (await scene.onTerminal('--once')).split('\n');
  assert.equal(
    lines.find((line) => line.startsWith('gmail')),
    'gmail  skip  login refused 3 times; next try 10:10 (now: popfetch --once gmail)',
  );
});

test('an account that is paused, with when it is tried again', async () => {
  const answer = '-ERR [AUTH] no';
  await using scene = await Scene.of({
    gmail: [0, 0, { answers: { AUTH: answer } }],
    gmx: [1, 400],
  });
  for (let times = 0; times < 3; times++) await scene.onPipe('--once');
  const table = (
    next: string,
  ) => `ACCOUNT  LAST POLL     RESULT            NEW 24H  ON SERVER           NEXT
gmail    just now      FAIL login              0  -                   ${next}
gmx      just now      ok                      1  1, 400 B            -
`;
  assert.equal(await scene.onTerminal('status'), table('10:10'));
  scene.account('gmail', { password: 'another' });
  assert.equal(await scene.onTerminal('status'), table('-'));
});

test('a full disk, with how far it came', async () => {
  await using scene = await Scene.of({ gmx: [70, 300] });
  let files = 0;
  using _ = faultyFs(({ effect, on }: Call): Fault => {
    const isMessage = effect === 'openSync' && String(on).includes('/Maildir/tmp/');
    return isMessage && ++files > 65 ? errno('ENOSPC') : 'none';
  });
  const seen = await scene.onTerminal('--once');
  // How many were settled before depends on the time that it took.
  const [, stored = '0', rest = '0'] = /(\d+) of 70 new .*; (\d+) stay/.exec(seen) ?? [];
  assert.ok(Number(stored) > 0 && Number(stored) + Number(rest) === 70, seen);
  assert.equal(
    seen,
    `gmx    FAIL  cannot write to ~/Maildir/: no space left on the disk
       ${stored} of 70 new messages stored; ${rest} stay on the server, none was deleted
`,
  );
});

test('what is left alone on purpose', async () => {
  await using scene = await Scene.of({ gmx: [3, 5000] });
  scene.servers.get('gmx')?.messages.push(...mail(1, 900).map((one) => ({ ...one, uid: 'small' })));
  const list = `would fetch   gmx        4    900 B  new
would leave   gmx        1     5 kB  larger than maxSize
would leave   gmx        2     5 kB  larger than maxSize
would leave   gmx        3     5 kB  larger than maxSize
dry run: nothing was fetched, stored or deleted
`;
  assert.equal(await scene.onTerminal('--once', '-n', '--max-size', '1kB'), list);
  const left = `gmx    1 new     893 B  -> ~/Maildir/                                     0.8 s
gmx    skip  3 messages (15 kB) stay on the server: larger than maxSize (numbers 1, 2, 3)
`;
  assert.equal(await scene.onTerminal('--once', '--max-size', '1kB'), left);
  await using _ = await lockAccount(`${scene.home.stateDir}/accounts/gmx`, { now });
  assert.equal(
    await scene.onTerminal('--once'),
    `gmx    skip  being polled by pid ${process.pid} since 09:10\n`,
  );
  assert.equal(await scene.onTerminal('--once', '-q'), '');
  assert.equal(
    await scene.onTerminal('peek', 'gmx', '--new', '-n', '2'),
    [1, 2, 3]
      .map(
        (number) => `gmx ${number}  22 Nov 06:51    5 kB  Ann Example          Minutes of Tuesday
        Hi Joe,
        attached are the minutes; please look at item 3.
`,
      )
      .join(''),
  );
});

test('the same for programs', async () => {
  await using scene = await Scene.of({ gmx: [1, 500], out: [0, 0] });
  scene.account('out', { port: 1 });
  const { stdout, stderr } = await runInProcess(scene.home, ['--once', '--json'], now);
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number | boolean>);
  for (const { v, time, run } of [...lines(stdout), ...lines(stderr)])
    assert.deepEqual([v, time, run], [1, new Date(now()).toISOString(), 'abcd']);
  const told = lines(stdout).map(({ event, account, action, ok, code, exitCode }) =>
    [event, account, action ?? ok, code ?? exitCode].filter((one) => one !== undefined).join(' '),
  );
  assert.deepEqual(told, [
    'run.start',
    'account.start gmx',
    'account.list gmx',
    'message gmx delivered',
    'account.end gmx true',
    'account.start out',
    'account.end out false connect',
    'run.end false 75',
  ]);
  const [{ event, account, code, temporary, message, count } = {}] = lines(stderr);
  assert.deepEqual([event, account, code, temporary, count], ['error', 'out', 'connect', true, 1]);
  assert.equal(message, 'cannot reach 127.0.0.1:1 (connection refused)');
});

test('nothing configured, for a person and for a log', async () => {
  await using scene = await Scene.of({});
  const argv = ['--once'];
  assert.equal(
    await scene.onTerminalWith({ argv }),
    `popfetch: no configuration yet. Looked for
  ~/.config/popfetch/config.yaml, ~/.popfetchrc, /etc/popfetch/config.yaml

  popfetch init you@example.org     set up an account
  popfetch demo                     see it work without an account
`,
  );
  const looked = '~/.config/popfetch/config.yaml, ~/.popfetchrc, /etc/popfetch/config.yaml';
  const who = `uid ${process.geteuid?.()}, HOME=${scene.home.path('home')}`;
  const { stderr } = await runInProcess(scene.home, [], now, { argv });
  assert.equal(stderr, `popfetch: no configuration yet; looked for ${looked} (${who})\n`);
});

test('announcements under cron', async () => {
  const answer = '-ERR [AUTH] Username and password not accepted.';
  const faults = { answers: { AUTH: answer, PASS: answer } };
  await using scene = await Scene.of({ gmail: [31, 300, faults] });
  const hours = async (after: number) => {
    const at = () => now() + after * 3_600_000;
    const { stdout, stderr } = await runInProcess(scene.home, ['--once', '-q', 'gmail'], at);
    return stdout + stderr;
  };
  assert.equal(
    await hours(0),
    'popfetch: gmail: login refused: -ERR [AUTH] Username and password not accepted.\n',
  );
  assert.equal(await hours(1), '');
  assert.equal(
    await hours(24),
    'popfetch: gmail: still failing since 22 Nov 09:10 (3 polls): login refused\n',
  );
  const server = scene.servers.get('gmail');
  if (server !== undefined) server.faults = {};
  assert.equal(await hours(26), 'popfetch: gmail: ok again after 1 d 2 h; 31 new messages\n');
});
