import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { effectsOf, killAndRerun } from '../support/killing.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const everyPoint = process.env.POPFETCH_LONG === '1';
const texts = [1, 2, 3].map((n) => `Subject: number ${n}\r\n\r\nlast line ${n}\r\n`);
const expected = texts.map((text) => text.replaceAll('\r\n', '\n'));

function maildrop(): Promise<MaildropServer> {
  const messages = texts.map((content, index) => ({ uid: `uid-${index + 1}`, content }));
  return startMaildropServer({ messages });
}

function configure(home: PopfetchHome, server: MaildropServer, pipe: unknown, more = {}): void {
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, trace: false, deliver: { pipe } };
  home.configure({ accounts: { a: { ...account, ...more } } });
}

/** Keeps each message in a file of its own, as a mail program would, and says so on stdout. */
const keep = 'f=$(mktemp "$HOME/kept.XXXXXXXX") && cat >"$f" && echo kept';

function kept(home: PopfetchHome): string[] {
  const folder = home.path('home');
  return readdirSync(folder)
    .filter((name) => name.startsWith('kept.'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .sort();
}

describe('popfetch killed while it hands mail to a command', () => {
  it('at every effect: the rerun has all messages, each once', async () => {
    const effects = await effectsOfOneRun();
    const last = 2 * effects.length;
    const points = Array.from({ length: last }, (_, index) => index + 1).filter(
      (point) => everyPoint || point % 5 === 0,
    );
    const troubles: string[] = [];
    const lane = async () => {
      for (let point = points.pop(); point !== undefined; point = points.pop()) {
        const trouble = await troubleAt(point);
        if (trouble) troubles.push(`${trouble} (effects: ${effects[Math.ceil(point / 2) - 1]})`);
      }
    };
    await Promise.all([lane(), lane()]);
    assert.deepEqual(troubles, []);
  });

  it('in the midst of a command: the command ends by itself and is not given the message again', async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    const slow = `echo run >>"$HOME/runs"; until test -e "$HOME/go"; do sleep 0.01; done; ${keep}`;
    configure(home, server, slow);
    let killed = false;
    const first = home.run(['--once'], {
      watch: (pid) => {
        if (killed || !existsSync(home.path('home', 'runs'))) return;
        killed = true;
        process.kill(pid, 'SIGKILL');
      },
    });
    assert.equal((await first).status, null);
    const second = home.run(['--once'], {
      watch: (pid) => {
        if (waitsForCommands(pid)) writeFileSync(home.path('home', 'go'), '');
      },
    });
    const { status, stderr } = await second;
    assert.equal(status, 0, stderr);
    assert.deepEqual(kept(home), expected);
    assert.equal(readFileSync(home.path('home', 'runs'), 'utf8'), 'run\n'.repeat(3));
  });

  it('together with the command: the message is given again, and the command told so', async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    configure(home, server, dying);
    await killTogether(home);
    const { status, stderr } = await home.run(['--once']);
    assert.equal(status, 0, stderr);
    assert.deepEqual(kept(home), expected);
    assert.match(readFileSync(home.path('home', 'runs'), 'utf8'), /^uid-1 1\n(?:.*\n)*uid-1 2\n/);
  });

  it('together with the command, and ifUnsure: hold: the user is asked what became of the message', async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    configure(home, server, dying, {
      keep: false,
      deliver: { pipe: dying, ifUnsure: 'hold' },
    });
    await killTogether(home);
    for (const _ of ['at once', 'and later']) {
      const { status, stderr } = await home.run(['--once']);
      assert.equal(status, 75, stderr);
      assert.match(stderr, /may have delivered before it was killed[\s\S]*state skip a UID/);
      assert.match(stderr, /message 1 .* stays on the server: it may have been delivered/);
      assert.deepEqual(kept(home), expected.slice(1));
      assert.equal(server.messages.length, 1);
    }
    await home.run(['state', 'refetch', 'a', 'uid-1']);
    assert.equal((await home.run(['--once'])).status, 0);
    assert.deepEqual(kept(home), expected);
    assert.match(readFileSync(home.path('home', 'runs'), 'utf8'), /uid-1 2\n$/);
  });
});

/** Kills its runner and all that it started, the first time. What comes before popfetch is killed too is not to die so. */
const dying = `echo "$POPFETCH_UIDL $POPFETCH_ATTEMPT" >>"$HOME/runs"; test -e "$HOME/go" || test "$POPFETCH_UIDL" != uid-1 || kill -9 $PPID -$PPID; ${keep}`;

/** A poll that ends with SIGKILL when its command does. */
async function killTogether(home: PopfetchHome): Promise<void> {
  let killed = false;
  await home.run(['--once'], {
    watch: (pid) => {
      if (killed || !existsSync(home.path('home', 'runs'))) return;
      killed = true;
      process.kill(pid, 'SIGKILL');
    },
  });
  writeFileSync(home.path('home', 'go'), '');
}

describe('a command that fails', () => {
  const ends: readonly [way: string, exit: number, sentence: RegExp][] = [
    ['exit 1', 65, /program exited 1 for 1 of 3 messages; it stays on the server/],
    ['exit 65', 65, /program exited 65 \(data error\) for 1 of 3 messages; it stays/],
    ['exit 69', 65, /program exited 69 \(service unavailable\) for 1 of 3/],
    ['exit 73', 65, /program exited 73 \(cannot create output\) for 1 of 3/],
    ['exit 75', 75, /program exited 75 \(temporary\) for 1 of 3 messages; it stays on the server/],
    ['exit 127', 65, /program exited 127 \(command not found\) for 1 of 3/],
    ['kill -9 $$', 75, /program was killed by SIGKILL for 1 of 3/],
    ['sleep 300', 75, /program did not end within 1 s for 1 of 3/],
    ['yes | head -c 10000000; echo done; exit 75', 75, /exited 75[\s\S]*it said of uid-2: done/],
  ];
  for (const [way, exit, sentence] of ends)
    it(`by '${way}' keeps its message on the server, and the others are delivered and deleted`, async () => {
      await using server = await maildrop();
      await using home = await PopfetchHome.create();
      const program = home.path('program');
      writeFileSync(
        program,
        `#!/bin/sh\ntest "$POPFETCH_UIDL" != uid-2 || { ${way}; }\n${keep}\n`,
        {
          mode: 0o700,
        },
      );
      configure(home, server, [program], {
        keep: false,
        deliver: { pipe: [program], timeout: way.startsWith('sleep') ? '1s' : '20s' },
      });
      const { status, stderr } = await runInProcess(home, ['--once']);
      assert.match(stderr, sentence);
      assert.equal(status, exit, stderr);
      assert.deepEqual(kept(home), [expected[0], expected[2]]);
      assert.deepEqual(
        server.messages.map(({ uid }) => uid),
        ['uid-2'],
      );
    });

  it('by being missing: nothing is fetched, and what to do is said', async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    configure(home, server, ['/nowhere/procmail']);
    const { status, stderr } = await home.run(['--once']);
    assert.equal(status, 78, stderr);
    assert.match(stderr, /\/nowhere\/procmail: no such program\n +Install the program/);
    assert.equal(server.sessions.length, 0);
  });
});

async function effectsOfOneRun(): Promise<readonly string[]> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, keep);
  // Not without await: the home is removed when this function is left.
  return await effectsOf(home);
}

async function troubleAt(point: number): Promise<string | undefined> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, keep);
  const trouble = await killAndRerun(home, point);
  if (trouble !== undefined) return `point ${point}: ${trouble}`;
  const found = kept(home);
  if (JSON.stringify(found) !== JSON.stringify(expected))
    return `point ${point}: ${found.length} messages instead of 3: ${JSON.stringify(found)}`;
  const spool = readdirSync(home.path('state', 'accounts', 'a', 'spool'));
  const left = spool.filter((name) => /_[0-9a-f]{8}$/.test(name));
  return left.length === 0 ? undefined : `point ${point}: the spool still holds ${left.join(', ')}`;
}

/** It has the FIFO open that tells whether a command of an earlier run lives. */
function waitsForCommands(pid: number): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlinkSync(join(folder, fd)).endsWith('.running'));
  } catch {
    // It is gone, or has closed one of them in the meantime.
    return false;
  }
}
