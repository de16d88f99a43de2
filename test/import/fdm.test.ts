import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { translateAccount } from '../../src/import/fdm/account.ts';
import { fdm } from '../../src/import/fdm/fdm.ts';
import { parseFdm } from '../../src/import/fdm/grammar.ts';
import { parseCache } from '../../src/import/fdm/seen.ts';
import type { NetrcEntry } from '../../src/import/netrc.ts';
import { assertNeverCrashes, homeWith, joeIn, planOf, shown } from './home.ts';

const around = joeIn('/home/joe');

function translated(conf: string, netrc: readonly NetrcEntry[] = []) {
  const file = '.fdm.conf';
  const statements = parseFdm(file, conf);
  return statements.accounts.map((entry) => {
    const { draft, cache, name } = translateAccount(entry, statements, { file, around, netrc });
    return { account: draft.account(name, []), notes: shown(draft.notes), cache };
  });
}

function only(conf: string) {
  const [first, second] = translated(conf);
  assert.ok(first !== undefined && second === undefined);
  return first;
}

const account =
  'account "isp" pop3s server "pop.example.org" user "joe" pass "s3cret" new-only cache "%h/.cache" keep\n';
const maildir = 'action "in" maildir "%h/Maildir"\nmatch all action "in"\n';
const usual = { host: 'pop.example.org', tls: 'on', user: 'joe', keep: true };
const home = { deliver: { maildir: '/home/joe/Maildir' } };

const awkward: readonly (readonly [what: string, conf: string, settings: object])[] = [
  ['the usual forms', account + maildir, { ...usual, ...home }],
  [
    'escapes in double quotes, none in single ones, and words without blanks between',
    `account 'isp' pop3s server"pop.example.org"user'a\\n'pass"\\"x"keep # end\n${maildir}`,
    { ...usual, ...home, user: 'a\\n' },
  ],
  [
    'macros of both kinds, within texts and alone',
    `$host = "example"\n%n = 1995\n$u = 'jo\${host}'\naccount "isp" pop3s server "pop.\${host}.org\${none}" port %{n} user \${u} pass "x" keep\n${maildir}`,
    { ...usual, ...home, port: 1995, user: `jo\${host}` },
  ],
  [
    'parts left out by ifdef and ifndef, one within another',
    `$a = "x"\nifdef $a\nifndef $b\n${account}endif\nendif\nifdef $b\naccount $none pop3 server "no"\nifndef $a\n$c = $none\nendif\nendif\n${maildir}`,
    { ...usual, ...home },
  ],
  [
    'a command for the password, in brackets of its own',
    `account "isp" pop3s server "pop.example.org" user "joe" pass $(echo "a" | (cat)) keep\n${maildir}`,
    { ...usual, ...home, password: { command: 'echo "a" | (cat)' } },
  ],
  [
    'a command for a macro that is the password',
    `$p = $(pass mail)\naccount "isp" pop3s server "pop.example.org" user "joe" pass $p keep\n${maildir}`,
    { ...usual, ...home, password: { command: 'pass mail' } },
  ],
  [
    'an action in the rule itself, and options before it',
    `set maximum-size 10 M\nset timeout 5 minutes\nset no-received\n${account}match all action pipe "/usr/bin/procmail -d %u 100%%"\n`,
    { ...usual, deliver: { pipe: '/usr/bin/procmail -d joe 100%' } },
  ],
  [
    'several actions, called by name from another, in one rule after the other',
    `${account}action "a" { add-header "X" value "y" maildir "/var/mail/joe" }\naction "b" { action "a" mbox "~/%a" }\nmatch account "i?p" actions { "b" } continue\nmatch account "other" action drop\nmatch all action "b"\n`,
    {
      ...usual,
      deliver: [
        { maildir: '/var/mail/joe' },
        { mbox: '~/isp' },
        { maildir: '/var/mail/joe' },
        { mbox: '~/isp' },
      ],
    },
  ],
  [
    'rules within rules',
    `${account}action "in" maildir "/m"\nmatch accounts { "x" "is*" } {\n match "^Subject" in headers { match all action drop }\n match all action "in"\n}\nmatch all action drop\n`,
    { ...usual, deliver: { maildir: '/m' } },
  ],
  [
    'keep as an action, a disabled account, and users',
    `account "isp" users { "joe" "ann" } disabled pop3s server "pop.example.org" port "pop3s" user "joe" pass "x"\nmatch all user "joe" action { keep maildir "/m" }\n`,
    { ...usual, deliver: { maildir: '/m' }, enabled: false },
  ],
  [
    'STARTTLS, by the number of the port',
    `account "isp" pop3 server "pop.example.org" port 110 user "joe" pass "x" starttls no-apop\n${maildir}`,
    { ...usual, ...home, tls: 'starttls', keep: false },
  ],
];

for (const [what, conf, expected] of awkward)
  test(`an fdm.conf with ${what} becomes an account`, () => {
    const { account: made, notes } = only(conf);
    assert.deepEqual(made?.settings, expected, notes.join('\n'));
  });

const refused: readonly (readonly [conf: string, message: RegExp])[] = [
  ['nonsense', /:1: nonsense begins no statement/],
  ['\naccount x', /:2: the name of account/],
  ['account "x" pop3 server $no', /:1: \$no is not defined/],
  ['account "x\n', /:1: a quote is not closed/],
  ["account 'x\n", /:1: a quote is not closed/],
  ['\n$x = $(echo', /:2: a command is not closed/],
  ['$x = 1', /:1: \$x is no text/],
  ['%x = "1"', /:1: %x is no number/],
  [`$x = $(a)\naccount "\${x}" pop3`, /:2: \$x is what a command says, within a text/],
  ['endif', /:1: endif without ifdef/],
  ['\nifdef $x', /:2: ifdef without endif/],
  ['ifdef', /:1: ifdef without a macro/],
  ['account "x" pop3 ;', /:1: ; means nothing here/],
  ['match all', /:1: something is missing/],
  ['match all { action "x" }', /:1: no rule within a rule/],
  ['match all actions "x"', /:1: a list begins with/],
  ['match all {'.repeat(100), /:1: too many rules within rules/],
];

for (const [conf, message] of refused)
  test(`what fdm would not take is refused: ${message.source}`, () => {
    assert.throws(
      () => translated(conf),
      (thrown) =>
        thrown instanceof Failure && thrown.code === 'config' && message.test(thrown.message),
    );
  });

test('what popfetch has no word for is no account, and says by its line why', () => {
  const cases = [
    [`account "isp" imap server "x" folder "y"\n${maildir}`, '1 left: imap: only POP3'],
    [`account "isp" nntp server "x" group "g" cache "c"\n${maildir}`, '1 left: nntp: only POP3'],
    [`account "isp" pop3 pipe "ssh x" user "a" pass "b"\n${maildir}`, '1 left: a maildrop behind'],
    [account, '1 left: no rule stores'],
    [`${account}match all action drop\n`, '1 left: no rule stores'],
    [`${account}match all action "no"\n`, '2 left: action "no"'],
    [`${account}action "a" action "a"\nmatch all action "a"\n`, '2 left: action "a": too many'],
    [`${account}match all action maildir "%[year]"\n`, '2 left: %[year]'],
    [`${account}match all action maildir "Mail"\n`, '2 left: Mail: not an absolute path'],
    [`${account}match all action mbox "/m" compress\n`, '2 left: mbox compress'],
    [account.replace('new-only', 'old-only') + maildir, '1 left: old-only'],
    [account.replace('user "joe"', '') + maildir, '1 left: user'],
    [account.replace('user', 'port "smtp" user') + maildir, '1 left: port smtp'],
  ] as const;
  for (const [conf, note] of cases) {
    const { account: made, notes } = only(conf);
    assert.equal(made, undefined, note);
    assert.ok(
      notes.some((one) => one.startsWith(note)),
      `${note}: ${notes.join('\n')}`,
    );
  }
});

test('rules that look at the message are named, and what comes after them counts', () => {
  const { account: made, notes } = only(
    `${account}match "spam" action drop\nmatch account "isp" and size > 10K action drop\nmatch not all action drop\n${maildir}`,
  );
  assert.deepEqual(made?.settings, { ...usual, ...home });
  const left = notes.filter((note) => note.includes('left: match'));
  assert.deepEqual(
    left.map((note) => note.slice(0, 1)),
    ['2', '3', '4'],
  );
});

test('who fetched all mail each time is told that fdm kept no list', () => {
  const { notes, cache } = only(account.replace('new-only cache "%h/.cache"', '') + maildir);
  assert.equal(cache, undefined);
  assert.ok(notes.some((note) => note.startsWith('1 changed: keep without new-only')));
});

test('no password gets into the plan, whether it stands in the file or in .netrc', () => {
  const conf = account.replace('user "joe" pass "s3cret"', '') + maildir;
  const entry = { machine: 'pop.example.org', login: 'jo', password: 'n3trc' };
  const all = [only(account + maildir), ...translated(conf, [entry])];
  assert.deepEqual(
    all.map(({ account: made }) => [made?.settings.user, made?.secret?.reveal()]),
    [
      ['joe', 's3cret'],
      ['jo', 'n3trc'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(all), /s3cret|n3trc/);
});

test('lists are read where the configuration says, and the lock is the one that fdm makes', async () => {
  await using folder = await homeWith({
    '.fdm.conf': `set lock-file "%h/lock"\n${account.replace('.cache', '.cache%a')}${maildir}`,
    '.cache': '3 abc\n5 a b c\n2 abc\nxy\n1 \n',
  });
  const plan = await planOf(fdm, joeIn(folder.path));
  assert.deepEqual(plan.accounts[0]?.seen, [{ uid: 'abc' }, { uid: 'a b c' }]);
  assert.deepEqual(plan.locks, [{ kind: 'exists', file: join(folder.path, 'lock') }]);
  assert.equal(plan.files.length, 2);
});

test('without a lock of its own fdm has one that the user has, and root another', async () => {
  await using folder = await homeWith({ '.fdm.conf': account + maildir });
  const lockOf = async (user: string) =>
    (await planOf(fdm, { home: folder.path, env: {}, user })).locks[0]?.file;
  assert.equal(await lockOf('joe'), join(folder.path, '.fdm.lock'));
  assert.equal(await lockOf('root'), '/var/run/fdm.lock');
});

/** What an fdm.conf is made of. */
const pieces =
  `account ~action ~actions ~match ~all ~"x" ~'y' ~{ ~} ~\n~$~(~)~%~= ~pop3 ~server ~maildir ~cache ~keep ~continue ~"~ifdef ~endif ~set ~\\~#~10 ~\${x}~$x ~[a-~]~*~accounts `.split(
    '~',
  );

test('no text makes the readers of fdm crash', () => {
  for (const before of ['', account, `${account}match account "`])
    assertNeverCrashes('.fdm.conf', pieces, (text) => {
      parseCache(text);
      translated(before + text);
    });
});
