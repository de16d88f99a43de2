import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = (name: string) => ({
  uid: `uid-${name}`,
  content: `Message-ID: <${name}@example>\r\nReceived: by example\r\nSubject: ${name}\r\n\r\nHello.\r\n`,
});

interface Around {
  /** What somebody at the terminal types; undefined: nobody is there. */
  readonly answer?: string;
  readonly stdin?: string;
}

interface Place extends AsyncDisposable {
  readonly server: MaildropServer;
  readonly home: PopfetchHome;
  /** Names the accounts of the configuration; all of the one maildrop, into one Maildir. */
  readonly configure: (...names: readonly string[]) => void;
  readonly run: (
    line: string,
    around?: Around,
  ) => Promise<{ readonly status: number; readonly said: string; readonly stdout: string }>;
  readonly stored: () => number;
}

async function place(more: object = {}): Promise<Place> {
  const server = await startMaildropServer({ messages: ['a', 'b', 'c', 'd'].map(message) });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  const account = { host, port, tls: 'off', user, password, deliver, ...more };
  const configure = (...names: readonly string[]) =>
    home.configure({ accounts: Object.fromEntries(names.map((name) => [name, account])) });
  configure('gmx');
  return {
    server,
    home,
    configure,
    run: async (line, { answer, stdin = '' } = {}) => {
      const around = {
        stdin: oneChunk(stdin),
        ...(answer !== undefined && { readPrompt: () => Promise.resolve(answer) }),
      };
      const { status, stdout, stderr } = await runInProcess(
        home,
        line.split(' '),
        Date.now,
        around,
      );
      return { status: status ?? -1, said: stdout + stderr, stdout };
    },
    stored: () => {
      const folder = home.path('Maildir', 'new');
      return existsSync(folder) ? readdirSync(folder).length : 0;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

async function* oneChunk(text: string): AsyncGenerator<string> {
  yield text;
}

test('an account with a new name keeps what it has seen, and one line says so', async () => {
  await using at = await place({ first: 'new' });
  await at.run('once --all --yes');
  assert.equal(at.stored(), 4);
  at.server.messages.push(message('e'));
  at.configure('home');
  const planned = await at.run('once -n');
  assert.match(planned.said, /^would fetch +home +5 /m);
  assert.equal(existsSync(`${at.home.stateDir}/accounts/home`), false, 'a dry run changes nothing');
  const { status, said } = await at.run('once');
  assert.equal(status, 0, said);
  assert.match(said, /^home +warn +its messages are known under the name gmx/m);
  assert.match(said, /^home: 1 new/m);
  assert.equal(at.stored(), 5);
  assert.equal((await at.run('once')).said, 'home: nothing new (5 on the server)\n');
  assert.match((await at.run('state list')).said, /^home: 5 messages seen, last success [^\n]*\n$/);
  at.configure('gmx');
  assert.match((await at.run('once')).said, /nothing new \(5.*\n.* under the name home/);
});

test('a first contact is none for an account whose maildrop is beside another one of the same mail', async () => {
  await using at = await place();
  await at.run('once');
  at.configure('gmx', 'other');
  assert.match((await at.run('once')).said, /^other: 4 new/m);
});

for (const lost of ['state', 'state/accounts', 'state/accounts/gmx', 'state/accounts/gmx/journal'])
  test(`an account stops when ${lost} is gone although mail was fetched before`, async () => {
    await using at = await place();
    await at.run('once');
    rmSync(at.home.path(lost), { recursive: true });
    for (const line of ['once', 'once -n', 'once']) {
      const { status, said } = await at.run(line);
      assert.equal(status, 73, said);
      assert.match(said, /accounts\/gmx\/journal (is missing|knows nothing), although/);
      assert.match(said, /"popfetch state skip gmx --all" .*"popfetch --once --all gmx"/);
    }
    assert.equal(at.stored(), 4);
    assert.equal((await at.run('state skip gmx --all')).status, 0);
    at.server.messages.push(message('e'));
    assert.match((await at.run('once')).said, /^gmx: 1 new/m);
  });

test('an account that stopped fetches everything again when its owner says so', async () => {
  await using at = await place();
  await at.run('once');
  rmSync(at.home.stateDir, { recursive: true });
  assert.equal((await at.run('once')).status, 73);
  assert.match((await at.run('once --all --yes gmx')).said, /^gmx: 4 new/m);
  assert.match((await at.run('once')).said, /nothing new/);
});

test('what was seen is fetched again only when somebody says so', async () => {
  await using at = await place();
  await at.run('once');
  for (const around of [{}, { answer: 'no' }]) {
    const { status, said } = await at.run('once --all', around);
    assert.equal(status, 64, said);
  }
  assert.match((await at.run('once --all -n')).said, /(^would fetch .*\n){4}/m);
  assert.equal(at.stored(), 4);
  assert.equal((await at.run('once --all', { answer: 'yes' })).status, 0);
  assert.equal(at.stored(), 8);
  assert.equal((await at.run('once --yes')).status, 64);
});

test('messages are skipped by their names, or all that are there', async () => {
  await using at = await place();
  assert.match((await at.run('state skip gmx uid-a uid-b')).said, /2 messages taken for seen/);
  assert.match((await at.run('state skip gmx uid-a uid-c -n')).said, /1 message would be taken/);
  assert.match((await at.run('state skip gmx --all -n')).said, /2 messages would be taken/);
  assert.match((await at.run('state skip gmx --all')).said, /2 messages taken for seen/);
  at.server.messages.push(message('e'));
  assert.match((await at.run('once')).said, /1 new/);
  assert.equal(at.server.messages.length, 5);
});

test('the seen list moves to another computer as lines of JSON, however often it is imported', async () => {
  await using at = await place();
  await at.run('once');
  const { stdout } = await at.run('state export gmx');
  assert.match(
    stdout,
    /^{"v":1,"event":"state.record","account":"gmx","uidl":"uid-a","state":"delivered","at":"2[^"]+Z","place":"[^"]+","size":\d+,"sha256":"\w{64}","header":"[\w-]{22}","content":"[\w-]{43}"}\n/,
  );
  await using other = await place();
  other.configure('elsewhere');
  const file = other.home.path('gmx.jsonl');
  writeFileSync(file, stdout);
  assert.match((await other.run(`state import elsewhere ${file}`)).said, /4 records added, 0 on/);
  const again = await other.run('state import elsewhere -', { stdin: stdout });
  assert.match(again.said, /0 records added, 4 on record already/);
  assert.match((await other.run('once')).said, /nothing new \(4/);
  const there = await other.run('state export');
  assert.equal(there.stdout.replaceAll('"elsewhere"', '"gmx"'), stdout);
});

test('nothing is imported from a file of which one line is wrong', async () => {
  await using at = await place();
  await at.run('once');
  const { stdout } = await at.run('state export');
  rmSync(at.home.stateDir, { recursive: true });
  const lines = stdout.split('\n');
  const last = lines[3] ?? '';
  const broken: readonly (readonly [change: string, said: RegExp])[] = [
    [last.slice(0, -3), /line 4 is no JSON/],
    [last.replace('"delivered"', '"seen"'), /line 4: state is/],
    [last.replace(/"sha256":"\w/, '"sha256":"G'), /line 4: sha256 is/],
    [last.replace(/"size":\d+/, '"size":-1'), /line 4: size is/],
    [last.replace(/"at":"[^"]*"/, '"at":"yesterday"'), /line 4: at is/],
    [last.replace('"uidl":"uid-d"', '"uidl":""'), /line 4: uidl is/],
    [last.replace('"v":1', '"v":2'), /line 4: v is/],
    ['[]', /line 4 is no record/],
  ];
  for (const [line, expected] of broken) {
    const stdin = `${[...lines.slice(0, 3), line].join('\n')}\n`;
    const { status, said } = await at.run('state import gmx', { stdin });
    assert.equal(status, 64, said);
    assert.match(said, expected);
  }
  const cut = await at.run('state import gmx', { stdin: stdout.slice(0, -20) });
  assert.match(cut.said, /line 4 is cut short/);
  assert.equal((await at.run('state import gmx /no/such')).status, 64);
  assert.match((await at.run('state list')).said, /0 messages seen/);
});

test('an account is forgotten when somebody says so, and what was forgotten can be brought back', async () => {
  await using at = await place();
  await at.run('once');
  for (const around of [{}, { answer: 'y' }])
    assert.equal((await at.run('state forget gmx', around)).status, 64);
  assert.match((await at.run('once')).said, /nothing new/);
  const { said } = await at.run('state forget gmx --yes');
  const undo = /undo: popfetch (state import gmx \S+)/.exec(said)?.[1] ?? '';
  assert.match((await at.run(undo)).said, /4 records added/);
  assert.match((await at.run('once')).said, /nothing new/);
  await at.run('state forget gmx', { answer: 'yes' });
  assert.match((await at.run('once')).said, /4 new/);
  assert.match((await at.run('state forget gmx uid-a uid-c --yes')).said, /2 messages forgotten/);
  assert.equal((await at.run('state forget gmx uid-x --yes')).status, 64);
  assert.match((await at.run('once')).said, /2 new/);
});

test('an account that is not configured any more is listed, forgotten, and new when it comes back', async () => {
  await using at = await place();
  await at.run('once');
  at.configure('work');
  const listed = await at.run('state list gmx --json');
  assert.match(listed.said, /"account":"gmx","messages":4,.*"configured":false/);
  assert.match((await at.run('state forget gmx --yes')).said, /what was known stands in \S+$/m);
  assert.equal((await at.run('state list gmx')).status, 64);
  at.configure('gmx');
  assert.match((await at.run('once')).said, /4 new/);
});

test('an account that is not configured any more still has its history', async () => {
  await using at = await place();
  await at.run('once');
  at.configure('work');
  assert.match((await at.run('history gmx')).said, /gmx +4 new/);
  assert.equal((await at.run('history')).said, '');
  assert.equal((await at.run('history nobody')).status, 64);
});

test('an account that is not configured any more still has its status, when it is asked for', async () => {
  await using at = await place();
  await at.run('once');
  at.configure('work');
  assert.match((await at.run('status gmx')).said, /^gmx .* ok +4 +4, /m);
  assert.doesNotMatch((await at.run('status')).said, /gmx/);
  assert.equal((await at.run('status nobody')).status, 64);
});

test('check and peek know an account under its new name, and leave its state where it is', async () => {
  await using at = await place();
  await at.run('once');
  at.configure('renamed');
  assert.match((await at.run('check')).said, /^renamed: nothing new of 4$/m);
  assert.match((await at.run('peek renamed --new')).said, /nothing new of 4$/m);
  assert.match((await at.run('state list gmx --json')).said, /"account":"gmx","messages":4/);
});

test('a damaged status is shown as far as it can be read', async () => {
  await using at = await place();
  await at.run('once');
  const file = at.home.path('state', 'accounts', 'gmx', 'status.json');
  for (const text of ['', '{', '{"version":1,"lastPollAt":1e300,"nextPollAt":9e15}']) {
    writeFileSync(file, text);
    for (const line of ['status', 'status --json']) {
      const { status, said } = await at.run(line);
      assert.deepEqual([status, /NaN|Invalid/.test(said)], [0, false], said);
    }
  }
});

test('a command line that names too little or too much is a mistake of usage', async () => {
  await using at = await place();
  for (const line of [
    'skip',
    'skip gmx',
    'skip gmx uid --all',
    'skip nobody --all',
    'forget',
    'forget nobody --yes',
    'import',
    'import nobody',
    'import gmx a b',
    'export gmx uid',
    'list gmx uid',
    'list nobody',
    'list --all',
    'export gmx --yes',
    'forget gmx -n',
    'refetch gmx',
    'skip gmx uid --missing',
  ])
    assert.equal((await at.run(`state ${line}`)).status, 64, line);
});
