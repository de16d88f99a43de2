import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { lockWholeFile } from '../../src/durable/kernel-lock.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = (uid: string) => ({
  uid,
  content: `Message-ID: <${uid}@example>\r\nSubject: ${uid}\r\n\r\nHello.\r\n`,
});

interface Place extends AsyncDisposable {
  readonly server: MaildropServer;
  readonly home: PopfetchHome;
  readonly rc: string;
  /** Writes mpop's list of what it has fetched. */
  readonly fetched: (...uids: readonly string[]) => void;
  /** `answer`: what somebody at the terminal types; undefined: nobody is there. */
  readonly run: (
    line: string,
    answer?: string,
  ) => Promise<{ readonly status: number; readonly said: string }>;
  readonly config: () => string;
  readonly stored: () => readonly string[];
}

/** An mpop that has fetched a and b of a, b and c. */
async function place(): Promise<Place> {
  const server = await startMaildropServer({ messages: ['a', 'b', 'c'].map(message) });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const [rc, uidls, secret] = ['.mpoprc', 'uidls', 'pw'].map((name) => home.path('home', name));
  assert.ok(rc !== undefined && uidls !== undefined && secret !== undefined);
  writeFileSync(secret, password);
  const text = `account isp\nhost ${host}\nport ${port}\nuser ${user}\npasswordeval cat ${secret}
keep on\ndelivery maildir ${home.path('Maildir')}\nuidls_file ${uidls}\ntls_priorities NORMAL\n`;
  writeFileSync(rc, text, { mode: 0o600 });
  const fetched = (...uids: readonly string[]) =>
    writeFileSync(uidls, [` ${uids.length} ${host} ${user}`, ...uids, ''].join('\n'));
  fetched('a', 'b');
  return {
    server,
    home,
    rc,
    fetched,
    run: async (line, answer) => {
      const around = answer !== undefined && { readPrompt: () => Promise.resolve(answer) };
      const ran = await runInProcess(home, line.split(' '), Date.now, around || {});
      return { status: ran.status ?? -1, said: ran.stdout + ran.stderr };
    },
    config: () => (existsSync(home.configFile) ? readFileSync(home.configFile, 'utf8') : ''),
    stored: () => {
      const folder = home.path('Maildir', 'new');
      const files = existsSync(folder) ? readdirSync(folder) : [];
      const subject = (name: string) =>
        /^Subject: (.*)$/m.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[1] ?? '';
      return files.map(subject).sort();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

test('the plan is shown, and without a yes nothing is written', async () => {
  await using here = await place();
  const asked = [
    await here.run('import mpop'),
    await here.run('import mpop', 'no'),
    await here.run(`import ${here.rc} --no-input`, 'yes'),
  ];
  for (const { status, said } of asked) {
    assert.equal(status, 64, said);
    assert.match(said, /^isp: .* at 127\.0\.0\.1 \(new\), 2 messages seen$/m);
    assert.match(said, /^ {2}~\/\.mpoprc:9: left {4}tls_priorities: /m);
    assert.match(said, /^ {2} {2}isp:$/m);
  }
  const dry = await here.run('import mpop --dry-run');
  assert.equal(dry.status, 0);
  assert.match(dry.said, /dry run: nothing was changed/);
  assert.ok(!existsSync(here.home.configFile) && !existsSync(here.home.stateDir));
});

test('what was seen is not fetched, the rest is, and a second import changes nothing', async () => {
  await using here = await place();
  const { status, said } = await here.run('import mpop', 'yes');
  assert.equal(status, 0, said);
  assert.match(said, /^isp: 2 messages taken for seen$/m);
  assert.equal(statSync(here.home.configFile).mode & 0o777, 0o600);
  const before = here.config();
  assert.match(before, /^ {2}isp:\n +host: .*\n +port: .*\n +tls: off\n +user: .*\n +password: /m);
  const dry = await here.run('--once --dry-run');
  assert.match(dry.said, /^would fetch +isp +3 .*\ndry run/);
  const once = await here.run('--once');
  assert.match(once.said, /2 of the 3 messages on the server are known from mpop/);
  assert.deepEqual(here.stored(), ['c']);
  const again = await here.run('import mpop --yes');
  assert.equal(again.status, 0);
  assert.match(again.said, /nothing to do: all of it was taken over before/);
  assert.equal(here.config(), before);
  // A list that is added to what is known already says nothing of the maildrop.
  here.fetched('x', 'y');
  assert.match((await here.run('import mpop --yes')).said, /^isp: 2 messages taken for seen$/m);
  const next = await here.run('--once');
  assert.equal(next.status, 0, next.said);
  assert.doesNotMatch(next.said, /known from/);
  assert.deepEqual(here.stored(), ['c']);
});

test('a configuration keeps what it holds, and an account that is there keeps its settings', async () => {
  await using here = await place();
  const { host, port, user, password } = here.server;
  const own = `# mine\naccounts:\n  mine:   # as ever\n    {host: ${host}, port: ${port}, tls: off, user: ${user}, password: "${password}", deliver: ~/mine/}\n  isp:\n    {host: other.example, user: x, password: {prompt: true}, enabled: false}\n`;
  writeFileSync(here.home.configFile, own, { mode: 0o600 });
  const same = await here.run('import mpop --yes');
  assert.match(same.said, /^mine: .* \(in the configuration already, stays as it is\)/m);
  assert.match(same.said, /^mine: 2 messages taken for seen$/m);
  assert.equal(here.config(), own);
  const ann = readFileSync(here.rc, 'utf8').replace(/^user .*$/m, 'user ann');
  writeFileSync(here.rc, `${ann}account isp-2 : isp\nuser bob\n`);
  const other = await here.run('import mpop --yes');
  assert.match(other.said, /2 accounts added: isp-2, isp-2-2$/m);
  assert.ok(here.config().startsWith(own), here.config());
});

test('while the other program runs nothing is taken over', async () => {
  await using here = await place();
  const uidls = openSync(here.home.path('home', 'uidls'), 'r+');
  if (lockWholeFile(uidls) !== 'taken') return;
  const busy = await here.run('import mpop --yes');
  assert.equal(busy.status, 75, busy.said);
  assert.match(busy.said, /mpop is running, as ~\/uidls shows\n.*stop mpop first/);
  const rc = here.home.path('home', '.fetchmailrc');
  writeFileSync(rc, 'poll pop.example.org proto pop3 user joe keep\n', { mode: 0o600 });
  const pidFile = here.home.path('home', '.fetchmail.pid');
  writeFileSync(pidFile, `${process.pid} 300\n`);
  assert.equal((await here.run('import fetchmail --yes')).status, 75);
  assert.equal(here.config(), '');
  writeFileSync(pidFile, '999999999\n');
  assert.equal((await here.run('import fetchmail --yes')).status, 0);
});

for (const [way, line, fetched] of [
  ['skip', 'state skip isp --all', []],
  ['all', '--once --all --yes isp', ['a', 'b', 'c']],
  ['forget', 'state forget isp --yes', ['a', 'b', 'c']],
] as const)
  test(`where nothing listed is on the imported list, nothing is fetched until somebody says so: ${way}`, async () => {
    await using here = await place();
    here.fetched('x', 'y');
    await here.run('import mpop --yes');
    for (const form of ['--once --dry-run', '--once', '--once']) {
      const stopped = await here.run(form);
      assert.equal(stopped.status, 73, stopped.said);
      const why = /none of the 3 messages on the server is among the 2 that mpop has fetched/;
      assert.match(stopped.said, why);
      assert.match(stopped.said, /popfetch state skip isp --all/);
    }
    assert.deepEqual(here.stored(), []);
    const said = await here.run(line);
    assert.equal(said.status, 0, said.said);
    const next = await here.run('--once');
    assert.equal(next.status, 0, next.said);
    assert.deepEqual(here.stored(), fetched);
  });

test('what came since is fetched, even where a first contact takes all for seen', async () => {
  await using here = await place();
  const own =
    'defaults: {first: new}\naccounts:\n  x: {host: x.example, user: x, password: {prompt: true}}\n';
  writeFileSync(here.home.configFile, own, { mode: 0o600 });
  await here.run('import mpop --yes');
  await here.run('--once isp');
  assert.deepEqual(here.stored(), ['c']);
});

test('an empty maildrop says nothing of the list', async () => {
  await using here = await place();
  await here.run('import mpop --yes');
  const messages = here.server.messages.splice(0);
  assert.equal((await here.run('--once')).status, 0);
  here.server.messages.push(...messages);
  const once = await here.run('--once');
  assert.match(once.said, /2 of the 3 messages on the server are known from mpop/);
  assert.deepEqual(here.stored(), ['c']);
});

test('unique-ids that were noted with a dash for each slash are known', async () => {
  await using here = await place();
  here.server.messages = ['a/1', 'b/2', 'c/3', 'd-4'].map(message);
  const { host, port, user } = here.server;
  const folder = '.getmail';
  mkdirSync(here.home.path('home', folder));
  const inFolder = (name: string) => here.home.path('home', folder, name);
  writeFileSync(
    inFolder('getmailrc'),
    `[retriever]\ntype = SimplePOP3Retriever\nserver = ${host}\nport = ${port}\nusername = ${user}\npassword_command = ("cat", "${here.home.path('home', 'pw')}")\n[destination]\ntype = Maildir\npath = ${here.home.path('Maildir')}/\n[options]\nread_all = false\n`,
    { mode: 0o600 },
  );
  const state = ['a-1', 'b-2', 'd-4'].map((uid) => `${uid}\x001700000000\n`).join('');
  writeFileSync(inFolder(`oldmail-${host}-${port}-${user}`), state);
  const imported = await here.run('import getmail --yes');
  assert.equal(imported.status, 0, imported.said);
  assert.match(
    (await here.run('--once --dry-run')).said,
    /^would fetch +127\.0\.0\.1 +3 .*\ndry run/,
  );
  const once = await here.run('--once');
  assert.match(once.said, /3 of the 4 messages on the server are known from getmail/);
  assert.deepEqual(here.stored(), ['c/3']);
  here.server.messages.push(message('e/5'));
  await here.run('--once');
  assert.deepEqual(here.stored(), ['c/3', 'e/5']);
});

test('a password in clear is read where it lies, and only there', async () => {
  await using here = await place();
  const rc = here.home.path('home', '.fetchmailrc');
  const text = 'poll pop.example.org proto pop3 user joe pass "s3cret" ssl keep\n';
  writeFileSync(rc, text, { mode: 0o600 });
  const { status, said } = await here.run('import fetchmail', 'yes');
  assert.equal(status, 0, said);
  assert.ok(!`${said}${here.config()}`.includes('s3cret'));
  assert.match(here.config(), /password: \{command: \[.*import, fetchmail, .*print-password/);
  const printed = await here.run(`import fetchmail ${rc} --print-password pop.example.org`);
  assert.equal(printed.said, 's3cret\n');
  assert.equal(readFileSync(rc, 'utf8'), text);
});

test('with --json the plan is told in lines of JSON, and with --quiet and --yes nothing', async () => {
  await using here = await place();
  const plan = await here.run('import mpop --json --dry-run');
  const lines = plan.said
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const facts = lines.map((line) => ({ event: '', account: '', outcome: '', ...(line as object) }));
  assert.deepEqual(
    facts.map(({ event, account, outcome }) => [event, account, outcome]),
    [
      ['import.account', 'isp', ''],
      ['import.plan', '', ''],
      ['import.end', '', 'dry run'],
    ],
  );
  assert.equal((await here.run('import mpop --quiet --yes')).said, '');
  assert.ok(here.config().includes('isp'));
});

test('one of the accounts can be taken over alone', async () => {
  await using here = await place();
  const rc = here.home.path('home', '.fetchmailrc');
  writeFileSync(rc, 'poll a.example proto pop3 ssl\npoll b.example proto pop3 user joe ssl\n', {
    mode: 0o600,
  });
  const one = await here.run('import fetchmail --account b.example --yes');
  assert.match(one.said, /1 account added: b\.example$/m);
  const none = await here.run('import fetchmail --account c.example --yes');
  assert.equal(none.status, 64);
  assert.match(none.said, /no account "c\.example" in this set-up of fetchmail\nthere are: a/);
});

test('what cannot be read is told with its place', async () => {
  await using here = await place();
  const rc = here.home.path('home', '.fetchmailrc');
  writeFileSync(rc, 'poll a.example proto pop3\nuser joe port 110\n', { mode: 0o600 });
  const broken = await here.run('import fetchmail --yes');
  assert.equal(broken.status, 78);
  assert.match(broken.said, /\.fetchmailrc:2: server option "port" after user options/);
  assert.match(
    (await here.run('import fdm')).said,
    /no configuration of fdm where it looks for one/,
  );
  assert.match((await here.run(`import ${here.rc}.none`)).said, /there is no file/);
  const which = await here.run('import');
  assert.equal(which.status, 64);
  assert.match(
    which.said,
    /There are:\n {2}popfetch import fetchmail +~\/\.fetchmailrc\n {2}popfetch import mpop +~\/\.mpoprc\n/,
  );
  const unknown = here.home.path('home', 'notes');
  writeFileSync(unknown, 'buy milk\n');
  assert.match((await here.run(`import ${unknown}`)).said, /looks like no configuration/);
});
