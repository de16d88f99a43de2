import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { accountsOf } from '../../src/import/fetchmail/accounts.ts';
import { fetchmail } from '../../src/import/fetchmail/fetchmail.ts';
import { parse } from '../../src/import/fetchmail/grammar.ts';
import { parseFetchIds } from '../../src/import/fetchmail/seen.ts';
import { missing } from '../interop/user-of-own.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { assertNeverCrashes, homeWith, joeIn, planOf, shown } from './home.ts';

const usual = { host: 'pop.example.org', tls: 'on', user: 'joe' };
const toJoe = { deliver: { smtp: 'localhost', to: ['joe'] }, keep: false };
const start = 'poll pop.example.org proto pop3';

/** What, the configuration, and for each of its accounts the settings and the password. */
const taken: readonly (readonly [string, string, ...(readonly [object, string?])[]])[] = [
  [
    'English sentences',
    `${start}: and user "joe" there with password "s3cret" is joe here; options keep, ssl`,
    [{ ...usual, ...toJoe, keep: true }, 's3cret'],
  ],
  [
    'quotes of both kinds, with blanks and the other kind in them',
    `${start} user 'joe blow' pass "it's" ssl`,
    [{ ...usual, ...toJoe, user: 'joe blow' }, "it's"],
  ],
  [
    'escapes: octal, decimal, hexadecimal, and a line that goes on',
    `${start} user joe pass "\\x41\\65\\065\\0101\\t\\\\a\\\nb" ssl`,
    [{ ...usual, ...toJoe }, 'AA5\u00081\t\\ab'],
  ],
  [
    'a quote that is none, as a letter stands behind it',
    `${start} user joe pass "a"b ssl`,
    [{ ...usual, ...toJoe }, '"a"b'],
  ],
  [
    'a text over two lines',
    `${start} user joe pass "two\nlines" ssl`,
    [{ ...usual, ...toJoe }, 'two\nlines'],
  ],
  [
    'names that look like keywords',
    `${start} user with with password keep and ssl`,
    [{ ...usual, ...toJoe, user: 'with' }, 'keep'],
  ],
  [
    'a comment in the place of a password',
    `${start} user joe password #s3cret\nreal ssl`,
    [{ ...usual, ...toJoe }, 'real'],
  ],
  [
    'a password of digits',
    `${start} user joe password 0123456 ssl`,
    [{ ...usual, ...toJoe }, '0123456'],
  ],
  [
    'defaults, and what overrides them',
    'defaults proto pop3 timeout 30 user joe is ann here keep ssl\npoll pop.example.org pass a\npoll b.example timeout 9 pass b nokeep',
    [{ ...usual, ...toAnn(), keep: true, timeout: '30s' }, 'a'],
    [{ ...usual, ...toAnn(), host: 'b.example', timeout: '9s' }, 'b'],
  ],
  [
    'several users under one poll',
    `${start}\n user ann there is joe here pass a ssl\n user joe here is bob there pass b ssl keep`,
    [{ ...usual, ...toJoe, user: 'ann' }, 'a'],
    [{ ...usual, ...toJoe, user: 'bob', keep: true }, 'b'],
  ],
  [
    'a label for a server, its port and the time between polls',
    'set daemon 300\nskip work via pop.example.org proto POP3 service 1995 interval 3 user joe pass x ssl sslproto "TLS1.3"',
    [{ ...usual, port: 1995, tlsMin: '1.3', ...toJoe, every: '900s', enabled: false }, 'x'],
  ],
  [
    'a command for the mail, with the recipient and the sender',
    `${start} user joe is "o'neil" here pass x ssl mda "/usr/bin/procmail -f '%F' -d %T"`,
    [
      {
        ...usual,
        deliver: {
          pipe: `/usr/bin/procmail -f "\${POPFETCH_SENDER:-MAILER-DAEMON}" -d 'o'\\''neil'`,
        },
        keep: false,
      },
      'x',
    ],
  ],
  [
    'a mail server elsewhere',
    `${start} user joe pass x ssl smtphost mx.example/2525 other smtpaddress example.org limit 5000 fetchlimit 7`,
    [
      {
        ...usual,
        deliver: { smtp: 'mx.example:2525', to: ['joe@example.org'] },
        keep: false,
        maxSize: '5000B',
        limit: 7,
      },
      'x',
    ],
  ],
  [
    'line ends of other systems',
    `${start}\r\nuser joe\r\npass x\r\nssl keep\r\n`,
    [{ ...usual, ...toJoe, keep: true }, 'x'],
  ],
  [
    'no user, and a way to log in',
    `${start} auth cram-md5 pass x ssl`,
    [{ ...usual, auth: 'cram-md5', ...toJoe }, 'x'],
  ],
  [
    'no encryption to this computer, and none where the server has none',
    'poll localhost proto pop3 user joe pass x poll pop.example.org proto pop3 user joe pass y',
    [{ ...usual, host: 'localhost', tls: 'off', ...toJoe }, 'x'],
    [{ ...usual, tls: 'starttls', ...toJoe }, 'y'],
  ],
];

function toAnn() {
  return { deliver: { smtp: 'localhost', to: ['ann'] }, keep: false };
}

/** Where fetchmail itself refuses it. */
const refused: readonly (readonly [text: string, why: RegExp])[] = [
  [`${start} user joe\nport 110`, /^rc:2: server option "port" after user options$/],
  [`${start}\nuser joe nossl`, /^rc:2: expected "here" behind several local names, found the end$/],
  ['poll a.example proto Pop3 user joe', /^rc:1: expected a protocol, found a string$/],
  ['poll local proto pop3', /^rc:1: expected a name or a text, found "localdomains"$/],
  [`${start} keep\nuser joe`, /^rc:2: expected poll, skip, defaults or set, found "user"$/],
  [`${start} port abc`, /^rc:1: expected a number, found a string$/],
  [`${start} user joe password = s3cret`, /^rc:1: expected a name or a text, found a map$/],
  ['poll', /^rc:1: expected a name or a text, found the end$/],
];

function read(text: string) {
  const beside = { file: 'rc', user: 'joe', ids: [], netrc: [] };
  return accountsOf(parse(text, 'rc'), beside);
}

for (const [what, text, ...wanted] of taken)
  test(`a .fetchmailrc with ${what} is understood`, () => {
    const { accounts, notes } = read(text);
    assert.deepEqual(
      accounts.map(({ settings, secret }) => [settings, secret?.reveal()]),
      wanted,
      shown(notes).join('\n'),
    );
  });

test('what fetchmail refuses is refused with its line, and no password in it', () => {
  for (const [text, why] of refused)
    assert.throws(
      () => read(text),
      (thrown) => thrown instanceof Failure && thrown.code === 'config' && why.test(thrown.message),
      text,
    );
});

test('fetchmail itself takes and refuses the same', {
  skip: missing('fetchmail', 'fetchmail') ?? false,
}, async () => {
  await using folder = await temporaryFolder();
  const rc = join(folder.path, 'rc');
  const statusOf = (text: string): number | null => {
    writeFileSync(rc, `${text}\n`, { mode: 0o600 });
    chmodSync(rc, 0o600);
    const env = { PATH: process.env.PATH, HOME: folder.path, LOGNAME: 'joe', USER: 'joe' };
    return spawnSync('fetchmail', ['-V', '-f', rc], { env, stdio: 'ignore' }).status;
  };
  for (const [what, text] of taken) assert.equal(statusOf(text), 0, what);
  for (const [text] of refused) assert.equal(statusOf(text), 5, text);
});

test('what cannot be taken over is told, each by its line', () => {
  const { accounts, notes } = read(`set postmaster root
poll imap.example proto imap user joe
poll many.example proto pop3
 user joe is a b c here
poll a.example proto pop3 plugin "ssh %h" user joe fetchall
 rewrite preconnect "date" no sslcertck sslfingerprint "00:11" folder x`);
  assert.deepEqual(shown(notes), [
    '1 left: set postmaster root: for multidrop only',
    '2 left: poll imap.example: imap is not POP3; popfetch fetches by POP3 alone',
    '4 left: poll many.example: mail of several people in one maildrop (multidrop) is not told apart here',
  ]);
  const [one, ...others] = accounts;
  assert.ok(one !== undefined && others.length === 0);
  assert.equal(one.settings.enabled, false);
  const told = shown(one.notes).join('\n');
  for (const line of [
    /^5 left: plugin "ssh %h": no connection through a command: disabled/m,
    /^5 changed: fetchall: what was seen is not fetched again/m,
    /^6 left: rewrite: a message is delivered as it is/m,
    /^6 left: preconnect date: not run/m,
    /^6 changed: no sslcertck: certificates are always checked/m,
    /^6 left: sslfingerprint 00:11: an MD5 sum/m,
    /^6 left: folder x: for IMAP only/m,
  ])
    assert.match(told, line);
});

test('a second "defaults" is refused, as fetchmail does', async () => {
  await using home = await homeWith({ '.fetchmailrc': 'poll a.example\ndefaults keep\n' });
  await assert.rejects(planOf(fetchmail, joeIn(home.path)), /:2: "defaults" must stand once/);
});

test('the list of what was fetched is read whatever is in a login name', () => {
  const text = [
    'joe@pop.example.org 12',
    'joe@example.org@pop.example.org a/b-c',
    'joe blow@x@h  <id>  ',
    'no list',
    'joe@h',
    '',
  ].join('\n');
  assert.deepEqual(parseFetchIds(text), [
    { user: 'joe', host: 'pop.example.org', uid: '12' },
    { user: 'joe@example.org', host: 'pop.example.org', uid: 'a/b-c' },
    { user: 'joe blow@x', host: 'h', uid: '<id>' },
  ]);
});

test('each account gets what was fetched under its name, and its password from .netrc', async () => {
  await using home = await homeWith({
    '.fetchmailrc':
      'set idfile ids\npoll Work via pop.example.org proto pop3 user joe ssl\npoll pop.example.org proto pop3 user Ann ssl',
    ids: 'JOE@POP.example.org 1\nann@pop.example.org 2\nbob@pop.example.org 3\n',
    '.fetchids': 'joe@pop.example.org 9\n',
    '.netrc': 'machine work login joe password one\nmachine pop.example.org login Ann password two',
  });
  const { accounts, files, locks } = await planOf(fetchmail, joeIn(home.path));
  assert.deepEqual(
    accounts.map(({ name, seen, secret }) => [name, seen, secret?.reveal()]),
    [
      ['work', [{ uid: '1' }], 'one'],
      ['pop.example.org', [{ uid: '2' }], 'two'],
    ],
  );
  assert.ok(shown(accounts[0]?.notes ?? []).some((note) => note.includes('password: in .netrc')));
  assert.deepEqual(
    files,
    ['.fetchmailrc', 'ids', '.netrc'].map((name) => join(home.path, name)),
  );
  assert.deepEqual(locks, [{ kind: 'pid', file: join(home.path, '.fetchmail.pid') }]);
});

test('no .fetchmailrc, whatever is in it, is a bug', () => {
  const pieces = [...taken.flatMap(([, text]) => text.split(/(?<=[\s"':;,=\\])/)), '\\x', '"', "'"];
  assertNeverCrashes('rc', pieces, read);
});

test('no list of what was fetched is a bug', () => {
  assertNeverCrashes('ids', ['joe', '@', ' ', 'h', '\n', 'x', '\0'], parseFetchIds);
});
