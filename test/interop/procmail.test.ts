import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { messagesIn, withLastLineEnd } from '../destination/mbox/place.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { awkwardMessages } from './messages.ts';

const isThere = (command: string) => spawnSync(command, ['-v']).error === undefined;
const procmail = {
  skip: isThere('procmail')
    ? false
    : 'procmail is not installed; on Debian: apt-get install procmail',
};
const python = {
  skip: isThere('python3') ? false : 'python3 is not installed',
};
/** ms of writing side by side. */
const duration = process.env.POPFETCH_LONG === '1' ? 60_000 : 3000;

test(
  'procmail and popfetch write one mbox at the same time: every message is whole, none is lost',
  procmail,
  async () => {
    await using home = await PopfetchHome.create();
    const mbox = mboxIn(home);
    await using server = await startMaildropServer();
    configure(home, server, mbox);
    const end = Date.now() + duration;
    const texts: string[] = [];
    const byProcmail = (async () => {
      for (let n = 0; Date.now() < end; n++) {
        const text = textOf('procmail', n);
        texts.push(text);
        await runProcmail(home, mbox, text);
      }
    })();
    for (let round = 0; Date.now() < end; round++) {
      const batch = Array.from({ length: 30 }, (_, n) => textOf(`popfetch ${round}`, n));
      texts.push(...batch);
      server.messages = batch.map((text, n) => ({
        uid: `${round}-${n}`,
        content: text.replaceAll('\n', '\r\n'),
      }));
      const run = await home.run(['--once']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
    }
    await byProcmail;
    assert.ok(texts.some((text) => text.includes('popfetch 0')) && texts.length > 30);
    assert.deepEqual(messagesIn(readFileSync(mbox, 'latin1')).sort(), texts.sort());
  },
);

test('popfetch waits while lockfile(1) has the mbox', procmail, async () => {
  await using home = await PopfetchHome.create();
  const mbox = mboxIn(home);
  await using server = await startMaildropServer({ messages: [{ uid: '1', content: 'x\r\n' }] });
  configure(home, server, mbox);
  assert.equal(spawnSync('lockfile', ['-r0', `${mbox}.lock`]).status, 0);
  const running = home.run(['--once']);
  await pause(700);
  assert.equal(readFileSync(mbox, 'latin1'), '');
  assert.equal(spawnSync('rm', ['-f', `${mbox}.lock`]).status, 0);
  assert.equal((await running).status, 0);
  assert.deepEqual(messagesIn(readFileSync(mbox, 'latin1')), ['x\n']);
});

const { description, messages } = awkwardMessages();

test(`Python's mailbox and un-quoting read back what came (${description})`, python, async () => {
  await using home = await PopfetchHome.create();
  const mbox = mboxIn(home);
  await using server = await startMaildropServer({
    messages: messages.map(({ bytes }, n) => ({ uid: `u${n}`, content: bytes })),
  });
  configure(home, server, mbox);
  const run = await home.run(['--once']);
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const expected = messages.map(({ bytes }) =>
    withLastLineEnd(bytes.toString('latin1').replaceAll('\r\n', '\n')),
  );
  const sorted = (texts: readonly string[]) => [...texts].sort();
  assert.deepEqual(sorted(messagesIn(readFileSync(mbox, 'latin1'))), sorted(expected));
  const read = spawnSync('python3', ['-c', reader, mbox], { maxBuffer: 2 ** 30 });
  assert.equal(read.status, 0, read.stderr.toString());
  const found = JSON.parse(read.stdout.toString('utf8')) as string[];
  const unquoted = found.map((text) => text.replace(/(^|\n)>(>*From )/g, '$1$2'));
  assert.deepEqual(sorted(unquoted), sorted(expected));
});

/** Prints the messages as JSON, latin1, without the From line. */
const reader = `
import json, mailbox, sys
box = mailbox.mbox(sys.argv[1], create=False)
print(json.dumps([box.get_bytes(key).decode('latin1') for key in box.iterkeys()]))
`;

function mboxIn(home: PopfetchHome): string {
  const mbox = home.path('mail', 'inbox');
  mkdirSync(dirname(mbox));
  writeFileSync(mbox, '', { mode: 0o600 });
  return mbox;
}

function configure(
  home: PopfetchHome,
  { host, port, user, password }: { host: string; port: number; user: string; password: string },
  mbox: string,
): void {
  const account = { host, port, tls: 'off', user, password, deliver: { mbox }, trace: false };
  home.configure({ accounts: { a: account } });
}

function textOf(who: string, n: number): string {
  const lines = Array.from(
    { length: (n * 37) % 400 },
    (_, line) => `line ${line} of ${who} ${n}\n`,
  );
  return `From: ann@example.org\nSubject: ${who} ${n}\n\n${lines.join('')}end\n`;
}

/** Writes to the mbox with its own lock file, as a .procmailrc with `:0:` does. */
async function runProcmail(home: PopfetchHome, mbox: string, text: string): Promise<void> {
  const rcfile = home.path('procmailrc');
  writeFileSync(rcfile, `LOCKSLEEP=1\n:0:\n${mbox}\n`, { mode: 0o600 });
  const child = spawn('procmail', ['-f', 'ann@example.org', rcfile], {
    cwd: home.folder,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(text);
  await once(child, 'close');
  assert.equal(child.exitCode, 0);
}
