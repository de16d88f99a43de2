import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { pop3Servers, translateServer } from '../../src/import/thunderbird/account.ts';
import { parsePrefs } from '../../src/import/thunderbird/prefs.ts';
import { profileFolders } from '../../src/import/thunderbird/profiles.ts';
import { parsePopState } from '../../src/import/thunderbird/seen.ts';
import { thunderbird } from '../../src/import/thunderbird/thunderbird.ts';
import { assertNeverCrashes, homeWith, joeIn, planOf, shown } from './home.ts';

function prefs(values: Readonly<Record<string, string | number | boolean>>, server = 'server1') {
  return Object.entries(values)
    .map(
      ([name, value]) => `user_pref("mail.server.${server}.${name}", ${JSON.stringify(value)});\n`,
    )
    .join('');
}

const server = { type: 'pop3', hostname: 'pop.example.org', userName: 'joe' };
const usual = {
  host: 'pop.example.org',
  user: 'joe',
  password: { prompt: true },
  deliver: '~/Maildir/',
};

function translated(text: string) {
  const found = parsePrefs('prefs.js', text);
  return pop3Servers(found).map((key) => {
    const { draft, folder } = translateServer(key, found, { file: 'prefs.js', profile: '/p' });
    return { account: draft.account(key, []), notes: shown(draft.notes), folder };
  });
}

const awkward: readonly (readonly [what: string, text: string, settings: object])[] = [
  [
    'TLS and its usual port, all mail left there',
    prefs({ ...server, socketType: 3, port: 995, leave_on_server: true }),
    { ...usual, tls: 'on', keep: true },
  ],
  [
    'nothing said of the server: no encryption, and no mail left there',
    prefs(server),
    { ...usual, tls: 'starttls', keep: false },
  ],
  [
    'mail that leaves after some days',
    prefs({
      ...server,
      socketType: 2,
      leave_on_server: true,
      delete_by_age_from_server: true,
      num_days_to_leave_on_server: 14,
    }),
    { ...usual, tls: 'starttls', keep: '14d' },
  ],
  [
    'the days that are usual',
    prefs({ ...server, leave_on_server: true, delete_by_age_from_server: true, socketType: 1 }),
    { ...usual, tls: 'starttls', keep: '7d' },
  ],
  [
    'escapes in names',
    prefs({ ...server, userName: 'x' }).replace('"x"', '"DOM\\\\j\\u00f6\\x65 \\"q\\""'),
    { ...usual, user: 'DOM\\j\u00f6e "q"', tls: 'starttls', keep: false },
  ],
  [
    'blanks and comments that somebody wrote by hand',
    `// user_pref("mail.server.server1.type", "imap");\n${prefs(server).replaceAll(', ', ' ,\t').replaceAll('(', '(  ').replaceAll(')', ' ) ')}`,
    { ...usual, tls: 'starttls', keep: false },
  ],
  [
    'a port of its own, a time to look, and a largest message',
    prefs({
      ...server,
      port: 1110,
      check_time: 15,
      limit_offline_message_size: true,
      max_size: 50,
      socketType: 3,
    }),
    { ...usual, tls: 'on', port: 1110, keep: false, every: '15m', maxSize: '50KiB' },
  ],
  [
    'no looking by itself, and a limit that does not count',
    prefs({ ...server, check_time: 15, check_new_mail: false, max_size: 50, socketType: 3 }),
    { ...usual, tls: 'on', keep: false },
  ],
  [
    'OAuth2',
    prefs({ ...server, authMethod: 10, socketType: 3 }),
    { ...usual, tls: 'on', keep: false, auth: 'xoauth2' },
  ],
  [
    'a client certificate',
    prefs({ ...server, authMethod: 7, socketType: 3 }),
    { ...usual, tls: 'on', keep: false, auth: 'external' },
  ],
  [
    'encrypted passwords on this computer',
    prefs({ ...server, hostname: 'localhost', authMethod: 4 }),
    { ...usual, host: 'localhost', tls: 'off', keep: false },
  ],
];

for (const [what, text, expected] of awkward)
  test(`a prefs.js with ${what} becomes an account`, () => {
    assert.deepEqual(translated(text)[0]?.account?.settings, expected);
  });

test('servers of other kinds are passed over, and one without a name is no account', () => {
  const text =
    prefs({ ...server, type: 'imap' }) +
    prefs({ type: 'none', hostname: 'Local Folders' }, 'server2') +
    prefs({ type: 'pop3' }, 'server3');
  const [first, ...others] = translated(text);
  assert.deepEqual(others, []);
  assert.equal(first?.account, undefined);
  assert.match(first?.notes[0] ?? '', /^6 left: no hostname or userName/);
});

test('a setting of a server that cannot be read is refused by its line', () => {
  for (const broken of ['maybe', '"open', '1.5', ''])
    assert.throws(
      () => translated(`\nuser_pref("mail.server.server1.port", ${broken});\n`),
      (thrown) => thrown instanceof Failure && thrown.message.startsWith('prefs.js:2: '),
    );
  assert.deepEqual(translated('user_pref("other", maybe);\n'), []);
});

test('what is fetched is seen, what is only known by its header is not', () => {
  const text =
    '# POP3 State File\n# comment\nk lost 1\n*pop.example.org joe\nk one 1700000000\nd two 1\nb three 2\nf four 3\nk five\n*mx ann smith\n\nk six 7\nx seven 8\nk\n';
  assert.deepEqual(parsePopState(text), [
    {
      host: 'pop.example.org',
      user: 'joe',
      seen: [
        { uid: 'one', at: new Date(1_700_000_000_000) },
        { uid: 'two', at: new Date(1000) },
        { uid: 'five' },
      ],
      unfetched: 2,
    },
    { host: 'mx', user: 'ann smith', seen: [{ uid: 'six', at: new Date(7000) }], unfetched: 0 },
  ]);
});

test('the profile in use is read, with the list in the folder of its server', async () => {
  const profile = '.thunderbird/abc.default-release';
  await using folder = await homeWith({
    '.thunderbird/profiles.ini':
      '[Install1]\nDefault=abc.default-release\nLocked=1\n[Profile1]\nName=default\nIsRelative=1\nPath=old\nDefault=1\n[Profile0]\nName=new\nIsRelative=1\nPath=abc.default-release\n',
    '.thunderbird/old/prefs.js': prefs(server),
    [`${profile}/prefs.js`]:
      prefs({ ...server, 'directory-rel': '[ProfD]Mail/pop-1.example.org' }) +
      prefs({ ...server, userName: 'ann' }, 'server2'),
    [`${profile}/Mail/pop-1.example.org/popstate.dat`]:
      '*pop.example.org ann\nk other 1\n*pop.example.org joe\nk one 1\nb two 1\n',
    [`${profile}/Mail/pop.example.org/popstate.dat`]: '*old.example.org ann\nk three 3\n',
  });
  const plan = await planOf(thunderbird, joeIn(folder.path));
  assert.deepEqual(
    plan.accounts.map(({ name, seen }) => [name, seen.map(({ uid }) => uid)]),
    [
      ['pop.example.org', ['one']],
      ['pop.example.org-2', ['three']],
    ],
    'the only maildrop of a list is the one of its folder',
  );
  assert.match(plan.accounts[0]?.comments[1] ?? '', /^1 of which Thunderbird has only/);
  assert.deepEqual(plan.locks, [
    { kind: 'fcntl', file: join(folder.path, profile, '.parentlock') },
  ]);
});

test('a folder of profiles, a profile and its file are known, and read', async () => {
  await using folder = await homeWith({
    't/profiles.ini': '[Profile0]\nPath=p\n',
    't/p/prefs.js': prefs(server),
    't/p/prefs-1.js': prefs(server),
  });
  for (const named of ['t', 't/p', 't/p/prefs.js', 't/p/prefs-1.js']) {
    const path = join(folder.path, named);
    const { accounts } = await thunderbird.read([path], joeIn(folder.path));
    assert.equal(accounts.length, 1, named);
    assert.ok(thunderbird.recognises(path, named.endsWith('.js') ? prefs(server) : ''), named);
  }
  assert.ok(!thunderbird.recognises(folder.path, ''));
});

test('profiles.ini names the profile in use in newer and older ways', () => {
  const [a, b] = ['[Profile0]\nPath=a\n', '[Profile1]\nPath=/b\n'];
  assert.deepEqual(profileFolders(`${a}${b}Default=1\n`, '/t'), ['/b']);
  assert.deepEqual(profileFolders(`${a}${b}[InstallX]\nDefault=a\n`, '/t'), ['/t/a']);
  assert.deepEqual(profileFolders(a + b, '/t'), ['/t/a', '/b']);
  assert.deepEqual(profileFolders('nonsense\n[General]\nPath=x', '/t'), []);
});

/** What the files of a profile are made of. */
const pieces =
  `user_pref(~"mail.server.server1.~type"~pop3~, ~);~\n~"~\\~\\u~*h u\n~k a 1\n~b ~[Profile0]\n~Path=~[Install]\n~true~7~\0`.split(
    '~',
  );

test('no text makes the readers of Thunderbird crash', () => {
  assertNeverCrashes('prefs.js', pieces, (text) => {
    parsePopState(text);
    profileFolders(text, '/t');
    translated(prefs(server) + text);
  });
});
