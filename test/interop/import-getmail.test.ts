import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { translateRc } from '../../src/import/getmail/config.ts';
import { dovecotMissing } from '../support/dovecot.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { users } from './accounts.ts';
import { assertTakenOver, runIn } from './taking-over.ts';
import { missing, run } from './user-of-own.ts';

const noGetmail = missing('getmail', 'getmail6');
const skip = dovecotMissing() ?? noGetmail ?? false;

test('what getmail has fetched is not fetched again, and all else is', { skip }, async () => {
  const told = await assertTakenOver({
    tool: 'getmail',
    files: ({ server, mail }) => ({
      '.getmail/getmailrc': `[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
port = ${server.pop3Port}
username = ann
password = ${users.ann}

[destination]
type = Maildir
path = ${mail}/

[options]
read_all = false
delivered_to = false
received = false
`,
    }),
    fetch: async ({ home }) => runIn(home, ['getmail']),
  });
  assert.match(told, /5 messages taken for seen/);
});

test('what getmail has fetched under unique-ids with slashes is known too', {
  skip: noGetmail ?? false,
}, async () => {
  const message = (uid: string) => ({ uid, content: `Subject: ${uid}\r\n\r\nHello\r\n` });
  await using server = await startMaildropServer({
    messages: ['a/1', 'a-2', '/b/', 'plain'].map(message),
  });
  await using home = await PopfetchHome.create();
  mkdirSync(home.path('home/.getmail'));
  writeFileSync(
    home.path('home/.getmail/getmailrc'),
    `[retriever]
type = SimplePOP3Retriever
server = 127.0.0.1
port = ${server.port}
username = ${server.user}
password = ${server.password}
[destination]
type = MDA_external
path = /bin/cat
allow_root_commands = true
[options]
read_all = false
`,
  );
  const env = { PATH: process.env.PATH ?? '', HOME: home.path('home') };
  const fetched = await run(['getmail'], env, home.path('home'));
  assert.equal(fetched.status, 0, fetched.output);
  server.messages.push(message('new/1'));
  assert.equal((await home.run(['import', 'getmail', '--yes'])).status, 0);
  const { stdout } = await home.run(['--once', '-n', '--json']);
  const wanted = stdout.split('\n').filter((line) => line.includes('would_deliver'));
  assert.deepEqual(
    wanted.map((line) => /"uidl":"([^"]*)"/.exec(line)?.[1]),
    ['new/1'],
    stdout,
  );
});

const examples = '/usr/share/doc/getmail6/getmailrc-examples.gz';

test("each of getmail's own examples becomes an account, or says by its line why not", {
  skip: existsSync(examples) ? false : 'the examples of getmail are not installed',
}, () => {
  const text = gunzipSync(readFileSync(examples)).toString();
  const around = { home: '/home/jeffp', env: {}, user: 'jeffp' };
  const [, ...parts] = text.split(/^# Example (?=\d+:)/m);
  const made = parts.flatMap((part, number) => {
    const { draft } = translateRc('getmailrc', `# ${part}`, around, () => []);
    const left = draft.notes.filter(({ kind }) => kind === 'left');
    assert.ok(!draft.isRefused || left.length > 0, part);
    return draft.isRefused ? [] : [number];
  });
  // POP3 for one user, with one destination: the others are IMAP, multidrop, or sort by recipient.
  assert.deepEqual(made, [1, 2, 6, 7]);
});
