import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountsIn, linesOf } from '../../src/import/mpop/config.ts';
import { mpop } from '../../src/import/mpop/mpop.ts';
import { parseUidls } from '../../src/import/mpop/seen.ts';
import { assertNeverCrashes, homeWith, joeIn, planOf, shown } from './home.ts';

async function planned(mpoprc: string, files: Readonly<Record<string, string>> = {}) {
  await using home = await homeWith({ '.mpoprc': mpoprc, ...files });
  chmodSync(join(home.path, '.mpoprc'), 0o600);
  const plan = await planOf(mpop, joeIn(home.path, { PATH: '/usr/bin:/bin' }));
  const inHome = (text: string) => text.replaceAll(home.path, '~');
  const accounts = plan.accounts.map(({ name, settings, secret, seen, notes }) => ({
    name,
    settings: JSON.parse(inHome(JSON.stringify(settings))) as object,
    secret: secret?.reveal(),
    seen,
    notes: shown(notes),
  }));
  const locks = plan.locks.map(({ kind, file }) => `${kind} ${inHome(file)}`);
  return { accounts, locks, notes: shown(plan.notes), files: plan.files.map(inHome) };
}

const server = 'host pop.example.org\nuser joe\npassword s3cret\ndelivery maildir ~/Maildir\n';
const usual = { host: 'pop.example.org', user: 'joe', deliver: { maildir: '~/Maildir' } };
const kept = { keep: false };

/** What, the lines of the one account, and its settings. */
const taken: readonly (readonly [what: string, lines: string, settings: object])[] = [
  ['little in it', server, { ...usual, ...kept, tls: 'starttls' }],
  ['TLS from the first octet', `${server}tls\ntls_starttls off`, { ...usual, ...kept, tls: 'on' }],
  [
    'quotes, blanks and comments',
    `  host   "pop.example.org"  \n# user ann\n\tuser\tjoe\npassword "s3cret"\ndelivery "maildir ~/Maildir"\ntls on`,
    { ...usual, ...kept, tls: 'starttls' },
  ],
  [
    'what a command prints in the place of a line',
    `${server}tls on\neval printf 'port %s\\n' 1110`,
    { ...usual, ...kept, tls: 'starttls', port: 1110 },
  ],
  [
    'a command for the password',
    `${server.replace('password s3cret', 'passwordeval gpg -q -d ~/.pw.gpg')}tls on`,
    { ...usual, ...kept, tls: 'starttls', password: { command: 'gpg -q -d ~/.pw.gpg' } },
  ],
  [
    'a command that is given the message and its sender',
    `${server}delivery mda /usr/bin/procmail -f '%F' -d $USER\ntls on\nreceived_header off`,
    {
      ...usual,
      ...kept,
      tls: 'starttls',
      deliver: { pipe: `/usr/bin/procmail -f "\${POPFETCH_SENDER:-MAILER-DAEMON}" -d $USER` },
      trace: false,
    },
  ],
  [
    'limits, a proxy and times',
    `${server}tls on\nkeep 36h\nskipsize 20k\ntimeout 90\nproxy_host 127.0.0.1\nproxy_port 9050\nsource_ip 10.0.0.1\nauth scram-sha-256`,
    {
      ...usual,
      tls: 'starttls',
      keep: '36h',
      maxSize: '20480B',
      timeout: '90s',
      proxy: 'socks5h://127.0.0.1:9050',
      bind: '10.0.0.1',
      auth: 'scram-sha-256',
    },
  ],
];

for (const [what, lines, settings] of taken)
  test(`an account of an mpoprc with ${what} is understood`, async () => {
    const { accounts } = await planned(`account isp\n${lines}\n`);
    assert.deepEqual(accounts[0]?.settings, settings, accounts[0]?.notes.join('\n'));
  });

test('defaults and what other accounts say are inherited, and other names are none of their own', async () => {
  const { accounts, notes } = await planned(`defaults
tls on
keep on
account one
${server}
account two : one
user ann
keep off
account three : one, two
password other
account default : two
`);
  const found = accounts.map(({ name, settings, secret }) => ({ name, ...settings, secret }));
  const one = { ...usual, tls: 'starttls', keep: true };
  assert.deepEqual(found, [
    { name: 'one', ...one, secret: 's3cret' },
    { name: 'two', ...one, user: 'ann', keep: false, secret: 's3cret' },
    { name: 'three', ...one, user: 'ann', keep: false, secret: 'other' },
  ]);
  assert.deepEqual(notes, [
    '15 left: account default is another name of two; the account is not taken over',
  ]);
});

test('what mpop refuses is refused with its line', async () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['host x\n', /\.mpoprc:1: the first line must be/],
    ['account a\nhsot x\n', /\.mpoprc:2: unknown command "hsot"/],
    ['account a\naccount a\n', /\.mpoprc:2: a second account "a"/],
    ['account a : b\n', /\.mpoprc:1: no account "b" above/],
    ['account\n', /\.mpoprc:1: an account without a name/],
    ['account a\neval false\n', /\.mpoprc:2: eval: the command failed/],
  ];
  for (const [text, why] of refused) await assert.rejects(planned(text), why, text);
});

test('what cannot be taken over is told, each by its line', async () => {
  const { accounts, notes } = await planned(`account one
${server}tls on
tls_certcheck off
tls_fingerprint 00:11
filter exit 1
killsize 0
only_new off
auth ntlm
account two
host h
user u
delivery exchange c:/x
account three
host h
user u
socket /run/x
delivery mbox ~/mbox
account four
user u
`);
  assert.deepEqual(
    accounts[0]?.notes.slice(-6).map((note) => note.replace(/;.*/, '')),
    [
      '7 changed: tls_certcheck off: certificates are always checked',
      '8 left: tls_fingerprint: not SHA-256',
      '9 left: filter: no filter before the mail is fetched: all of it comes',
      '10 left: killsize: nothing is deleted that was not delivered',
      '11 changed: only_new off: what was seen is not fetched again here',
      '12 left: auth ntlm: not known here',
    ],
  );
  const gone = notes.filter((note) => note.includes('not taken over'));
  assert.deepEqual(
    gone.map((note) => note.split(';')[0]),
    [
      '16 left: delivery exchange: no such destination',
      '20 left: socket: no servers at sockets of the file system',
      '22 left: account four: no host',
    ],
  );
});

test('commands are not run from a file that others can write', async () => {
  await using home = await homeWith({
    '.mpoprc': 'account a\neval touch "$HOME/ran"; echo host x\n',
  });
  chmodSync(join(home.path, '.mpoprc'), 0o620);
  await assert.rejects(planOf(mpop, joeIn(home.path)), /:2: eval: not run, as others can write/);
  assert.throws(() => readFileSync(join(home.path, 'ran')));
});

test('a password that a command merely repeats counts as one in clear', async () => {
  const { accounts } = await planned(
    `account a
${server}eval echo password one
account b
${server}password ""
passwordeval printf '%s' two
account c
${server}eval cat $HOME/pw
`,
    { pw: 'password "three"\n' },
  );
  assert.deepEqual(
    accounts.map(({ secret }) => secret),
    ['one', 'two', undefined],
  );
  const { settings } = accounts[2] ?? {};
  assert.match(JSON.stringify(settings), /cat \$HOME\/pw \| sed -n/);
});

test('unique-ids of both formats are read, of the right maildrop', async () => {
  const uidls = `# mpop
 2 pop.example.org joe
a b
c 1700000000
 1 other.example joe
d
`.replace('a b', 'a');
  assert.deepEqual(parseUidls(uidls), [
    {
      host: 'pop.example.org',
      user: 'joe',
      seen: [{ uid: 'a' }, { uid: 'c', at: new Date(1_700_000_000_000) }],
    },
    { host: 'other.example', user: 'joe', seen: [{ uid: 'd' }] },
  ]);
  const { accounts, locks, files } = await planned(`account a\n${server}uidls_file ~/all\n`, {
    all: uidls,
    '.netrc': '',
  });
  assert.deepEqual(
    accounts[0]?.seen.map(({ uid }) => uid),
    ['a', 'c'],
  );
  assert.deepEqual(locks, ['fcntl ~/all']);
  assert.deepEqual(files, ['~/.mpoprc', '~/all', '~/.netrc']);
});

test('a password comes from .netrc where the configuration has none', async () => {
  const bare = server.replace('password s3cret\n', '');
  const netrc = 'machine pop.example.org login joe password "a b"\n';
  const { accounts } = await planned(`account a\n${bare}`, { '.netrc': netrc });
  assert.equal(accounts[0]?.secret, 'a b');
  const none = await planned(`account a\n${bare}`);
  const { password } = { password: undefined, ...none.accounts[0]?.settings };
  assert.deepEqual(password, { prompt: true });
});

test('no mpoprc and no list of what was fetched, whatever is in it, is a bug', () => {
  const pieces = ['account ', 'a', ' : ', ',', '\n', '"', 'defaults', 'host ', ' ', '#', 'eval '];
  assertNeverCrashes('rc', pieces, (text) => accountsIn(linesOf(text), 'rc'));
  assertNeverCrashes(
    'uidls',
    [' 2 h u\n', ' 99999999 h u\n', 'x', '\n', '#', ' ', '1'],
    parseUidls,
  );
});
