import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { translateRc } from '../../src/import/getmail/config.ts';
import { getmail } from '../../src/import/getmail/getmail.ts';
import { parsePython } from '../../src/import/getmail/python.ts';
import { parseOldmail, seenListName } from '../../src/import/getmail/seen.ts';
import type { NetrcEntry } from '../../src/import/netrc.ts';
import { assertNeverCrashes, homeWith, joeIn, planOf, shown } from './home.ts';

const around = joeIn('/home/joe', { MAILDIR: '/var/mail/joe', EMPTY: '' });

function translated(rc: string, netrc: readonly NetrcEntry[] = []) {
  const { draft } = translateRc('getmailrc', rc, around, () => netrc);
  return { account: draft.account('joe', []), notes: shown(draft.notes) };
}

function settings(rc: string, netrc?: readonly NetrcEntry[]) {
  const { account, notes } = translated(rc, netrc);
  assert.ok(account, notes.join('\n'));
  return account.settings;
}

const retriever = `[retriever]
type = SimplePOP3SSLRetriever
server = pop.example.org
username = joe
password = s3cret
`;
const maildir = `[destination]
type = Maildir
path = ~/Maildir/
`;
const onlyNew = '[options]\nread_all = false\n';
const usual = { host: 'pop.example.org', tls: 'on', user: 'joe', keep: true };
const home = { deliver: { maildir: '/home/joe/Maildir/' } };

/** Configurations that are to be understood: what is said in which form, and what becomes of it. */
const awkward: readonly (readonly [what: string, rc: string, settings: object])[] = [
  ['the usual one', retriever + maildir + onlyNew, { ...usual, ...home }],
  [
    'colons, blanks and capitals, comments of both kinds, and a % that fills in nothing',
    `# first\n[retriever]\nTYPE : SimplePOP3SSLRetriever\n  ; set in\nServer:pop.example.org\nusername   =   joe%(x)s\npassword = #1;a=b\n${maildir}${onlyNew}`,
    { ...usual, ...home, user: 'joe%(x)s' },
  ],
  ['all of it set in', (retriever + maildir + onlyNew).replace(/^/gm, '  '), { ...usual, ...home }],
  [
    'a value over several lines, with an empty one and a comment between them',
    `${retriever}[destination]\ntype = MDA_external\npath = /usr/bin/mda\narguments = ("--one",\n\n  # not this\n  '--two',\n  "it's")\n${onlyNew}`,
    { ...usual, deliver: { pipe: ['/usr/bin/mda', '--one', '--two', "it's"] } },
  ],
  [
    'raw texts, escapes, texts one behind the other, and numbers in a tuple',
    `${retriever}[destination]\ntype = MDA_external\npath = /usr/bin/mda\narguments = (r'a\\n', "b\\t\\x41\\101\\u00e9", 'c' "d", u"e", """f'g""", 7, )\n${onlyNew}`,
    { ...usual, deliver: { pipe: ['/usr/bin/mda', 'a\\n', 'b\tAA\u00e9', 'cd', 'e', "f'g", '7'] } },
  ],
  [
    'a command for the password, as a tuple of one and of several',
    `[retriever]\ntype = SimplePOP3SSLRetriever\nserver = pop.example.org\nusername = joe\npassword_command = ("/usr/bin/pass", "~/mail store")\n${maildir}${onlyNew}`,
    { ...usual, ...home, password: { command: ['/usr/bin/pass', '/home/joe/mail store'] } },
  ],
  [
    'variables and home folders in paths',
    `${retriever}[destination]\ntype = Mboxrd\npath = $MAILDIR/\${NOT_THERE}box\n${onlyNew}`,
    { ...usual, deliver: { mbox: `/var/mail/joe/\${NOT_THERE}box` } },
  ],
  [
    'several destinations, one of them within another',
    `${retriever}[destination]\ntype = MultiDestination\ndestinations = ("[one]", "~/box", "/var/mail/joe/")\n[one]\ntype = MultiDestination\ndestinations = ('[two]', )\n[two]\ntype = MDA_external\npath = /usr/bin/mda\n${onlyNew}`,
    {
      ...usual,
      deliver: [
        { pipe: ['/usr/bin/mda'] },
        { mbox: '/home/joe/box' },
        { maildir: '/var/mail/joe/' },
      ],
    },
  ],
  [
    'the sender in the arguments',
    `${retriever}[destination]\ntype = MDA_external\npath = /usr/bin/my mda\narguments = ("-f", "<%(sender)>", "$HOME")\n${onlyNew}`,
    {
      ...usual,
      deliver: { pipe: `'/usr/bin/my mda' -f '<'"$POPFETCH_SENDER"'>' '$HOME'` },
    },
  ],
  [
    'LMTP over a socket and over the network',
    `${retriever}[destination]\ntype = MultiDestination\ndestinations = ("[a]", "[b]")\n[a]\ntype = MDA_lmtp\nhost = /run/lmtp\noverride = joe@example.org\n[b]\ntype = MDA_lmtp\nhost = mx\nfallback = root\n${onlyNew}`,
    {
      ...usual,
      deliver: [
        { lmtp: 'unix:/run/lmtp', to: ['joe@example.org'] },
        { lmtp: 'mx:2003', to: ['root'] },
      ],
    },
  ],
  [
    'days on the server, limits, and truth in all its forms',
    `${retriever}timeout = 30\nport = 1995\nuse_apop = on\n${maildir}[options]\nREAD_ALL = No\ndelete = 0\ndelete_after = 14\nmax_message_size = 12345678901\nmax_messages_per_session = 20\nmax_bytes_per_session = 5000\nreceived = off\ndelivered_to = false\n`,
    {
      ...usual,
      ...home,
      port: 1995,
      timeout: '30s',
      auth: 'apop',
      keep: '14d',
      maxSize: '12345678.901kB',
      limit: 20,
      maxBytes: '5000B',
      trace: false,
    },
  ],
  [
    'deletion wins over days, and [DEFAULT] counts for options alone',
    `[DEFAULT]\ndelete = true\nport = 7\n${retriever}${maildir}[options]\nread_all = false\ndelete_after = 14\n`,
    { ...usual, ...home, keep: false },
  ],
  [
    'a certificate of one’s own and a pinned one',
    `${retriever}ca_certs = ~/ca.pem\ncertfile = /c\nkeyfile = /k\nssl_fingerprints = ("${'ab'.repeat(32)}", )\n${maildir}${onlyNew}`,
    {
      ...usual,
      ...home,
      tlsCa: '/home/joe/ca.pem',
      tlsCert: '/c',
      tlsKey: '/k',
      tlsFingerprint: 'ab'.repeat(32),
    },
  ],
];

for (const [what, rc, expected] of awkward)
  test(`a getmailrc with ${what} becomes an account`, () => {
    assert.deepEqual(settings(rc), expected);
  });

test('a server without TLS is asked without it on this computer only', () => {
  const plain = (server: string) =>
    retriever.replace('SSLRetriever', 'Retriever').replace('pop.example.org', server);
  assert.equal(settings(plain('127.0.0.1') + maildir).tls, 'off');
  assert.equal(settings(plain('localhost') + maildir).tls, 'off');
  const { account, notes } = translated(plain('pop.example.org') + maildir);
  assert.equal(account?.settings.tls, 'starttls');
  assert.ok(notes.some((note) => note.startsWith('2 changed: no encryption')));
});

/** What is refused, by its line, and what it is called. */
const refused: readonly (readonly [rc: string, message: RegExp])[] = [
  ['server = x\n', /^getmailrc:1: stands before/],
  [`${retriever}[retriever]\n`, /^getmailrc:6: a second section/],
  [`${retriever}server = x\n`, /^getmailrc:6: server stands here twice/],
  [`${retriever}what is this\n`, /^getmailrc:6: neither/],
  ['[options]\n', /no \[retriever\]/],
  [retriever, /no \[destination\]/],
  ['[retriever]\ntype = SimplePOP3Retriever\n', /:1: \[retriever\] has no server/],
  [`${retriever}port = many\n${maildir}`, /:6: port: not a number/],
  [`${retriever}use_apop = perhaps\n${maildir}`, /:6: use_apop: neither true nor false/],
  [`${retriever}ssl_fingerprints = ("one")\n${maildir}`, /:6: ssl_fingerprints: not a tuple/],
  [`${retriever}ssl_fingerprints = ("one", \n${maildir}`, /:6: ssl_fingerprints: a bracket/],
  [`${retriever}ssl_fingerprints = ("one\n${maildir}`, /:6: ssl_fingerprints: a quote/],
  [`${retriever}ssl_fingerprints = tuple("one")\n${maildir}`, /tuple is to be computed/],
  [`${retriever}ssl_fingerprints = (f"{1}",)\n${maildir}`, /computed/],
  [`${retriever}ssl_fingerprints = (("a",),)\n${maildir}`, /more than texts/],
  [
    `${retriever}[destination]\ntype = MultiDestination\ndestinations = ("[x]",)`,
    /:8: there is no section \[x\]/,
  ],
  [
    `${retriever}[destination]\ntype = MultiDestination\ndestinations = ("[destination]",)`,
    /:8: \[destination\] is part of itself/,
  ],
];

for (const [rc, message] of refused)
  test(`what getmail would not take is refused: ${message.source}`, () => {
    assert.throws(
      () => translated(rc),
      (thrown) =>
        thrown instanceof Failure && thrown.code === 'config' && message.test(thrown.message),
    );
  });

test('what popfetch has no word for is no account, and says by its line why', () => {
  const cases = [
    [retriever.replace('SimplePOP3SSL', 'SimpleIMAPSSL') + maildir, '2 left: SimpleIMAPSSL'],
    [retriever.replace('Simple', 'Multidrop') + maildir, '2 left: MultidropPOP3SSL'],
    [`${retriever}[destination]\ntype = MultiSorter\ndefault = x`, '7 left: MultiSorter'],
    [`${retriever}[destination]\ntype = Maildir\npath = ~ann/Maildir/`, '8 left: ~ann/Maildir/'],
    [`${retriever}[destination]\ntype = Mboxrd\npath = box`, '8 left: box: not an absolute path'],
    [
      `${retriever}[destination]\ntype = MDA_external\npath = /x\narguments = ("%(recipient)",)`,
      '9 left: arguments: %(recipient)',
    ],
    [`${retriever}[destination]\ntype = MDA_lmtp\nhost = x`, '7 left: MDA_lmtp without override'],
  ] as const;
  for (const [rc, note] of cases) {
    const { account, notes } = translated(rc);
    assert.equal(account, undefined, note);
    assert.ok(
      notes.some((one) => one.startsWith(note)),
      notes.join('\n'),
    );
  }
});

test('who fetched all mail each time is told that only new mail is fetched from now on', () => {
  const saying = (rc: string) => translated(rc).notes.filter((note) => note.includes('read_all'));
  assert.deepEqual(saying(`${retriever}${maildir}[options]\nread_all = true\n`).length, 1);
  assert.deepEqual(saying(retriever + maildir).length, 1, 'it is the default');
  assert.deepEqual(saying(`${retriever}${maildir}[options]\ndelete = true\n`), []);
  assert.deepEqual(saying(retriever + maildir + onlyNew), []);
});

test('no password gets into the plan, whether it stands in the file or in .netrc', () => {
  const { account, notes } = translated(retriever + maildir);
  assert.equal(account?.secret?.reveal(), 's3cret');
  assert.doesNotMatch(JSON.stringify([account, notes]), /s3cret/);
  const netrc = { machine: 'pop.example.org', login: 'jo', password: 'n3trc' };
  const noted = translated(`${retriever}${maildir}[options]\nuse_netrc = true\n`, [netrc]);
  assert.equal(noted.account?.settings.user, 'jo', 'its login name counts, as in getmail');
  assert.equal(noted.account?.secret?.reveal(), 'n3trc');
  assert.doesNotMatch(JSON.stringify(noted), /n3trc|s3cret/);
  const without = retriever.replace('password = s3cret\n', '');
  assert.deepEqual(settings(without + maildir).password, { prompt: true });
});

test('what is not taken over is named by its line', () => {
  const { notes } = translated(
    `${retriever}ssl_ciphers = x\nodd = 1\n${maildir}user = mail\nfilemode = 0640\n[filter-1]\ntype = Filter_classifier\n[options]\nverbose = 2\ndelete_bigger_than = 1\n`,
  );
  const left = notes.filter((note) => note.includes(' left: '));
  assert.deepEqual(
    left.map((note) => note.split(/ left: |:| \(/).slice(0, 2)),
    [
      ['6', 'ssl_ciphers'],
      ['7', 'odd'],
      ['11', 'user'],
      ['12', 'filemode'],
      ['17', 'delete_bigger_than'],
      ['16', 'verbose'],
      ['13', '[filter-1]'],
    ],
  );
});

test('every rc file of the folder is an account with its own list, but for what getmail skips', async () => {
  const rc = (user: string) => (retriever + maildir).replace('= joe', `= ${user}`);
  const list = (user: string) => `.config/getmail/oldmail-pop.example.org-995-${user}`;
  await using folder = await homeWith({
    '.config/getmail/work': rc('ann@example.org'),
    '.config/getmail/home': rc('bob'),
    '.config/getmail/home.bak': 'nonsense',
    '.config/getmail/home~': 'nonsense',
    '.config/getmail/.hidden': 'nonsense',
    '.config/getmail/tokens.json': '{}',
    '.config/getmail/sub/dir': 'nonsense',
    [list('ann@example.org')]: 'one\x001700000000\n',
    [list('bob')]: 'two\x001700000001\nthree\x001\n',
  });
  const plan = await planOf(getmail, joeIn(folder.path));
  assert.deepEqual(
    plan.accounts.map(({ name, seen }) => [name, seen.map(({ uid }) => uid)]),
    [
      ['home', ['two', 'three']],
      ['work', ['one']],
    ],
  );
  assert.equal(plan.files.length, 4);
});

test('getmailrc alone counts where it stands, and its account is called as its server', async () => {
  await using folder = await homeWith({
    '.getmail/getmailrc': retriever + maildir,
    '.getmail/other': 'nonsense',
  });
  const plan = await planOf(getmail, joeIn(folder.path));
  assert.deepEqual(
    plan.accounts.map(({ name }) => name),
    ['pop.example.org'],
  );
  assert.deepEqual(
    plan.files.map((file) => basename(file)),
    ['getmailrc'],
  );
});

test('a list that getmail never kept is not looked for', async () => {
  await using folder = await homeWith({
    '.getmail/getmailrc': retriever.replace('SimplePOP3', 'BrokenUIDLPOP3') + maildir,
    '.getmail/oldmail-pop.example.org-995-joe': 'stale\x001\n',
  });
  const { accounts } = await planOf(getmail, joeIn(folder.path));
  assert.deepEqual(accounts[0]?.seen, []);
});

test('a list is found under the name that getmail gives it, and read as getmail does', () => {
  assert.equal(seenListName('h', 110, 'a/b:c;<d>|e'), 'oldmail-h-110-a-b-c-d-e');
  assert.equal(seenListName('h', 110, 'DOM\\joe'), 'oldmail-h-110-DOM\\joe');
  const seen = parseOldmail('a b\x001700000000\nno time\nx\x00soon\n\x005\nd-e\x000\r\n');
  assert.deepEqual(seen, [
    { uid: 'a b', at: new Date(1_700_000_000_000) },
    { uid: 'd-e', at: new Date(0), folded: true },
  ]);
});

/** What a getmailrc and its values are made of. */
const pieces =
  `[retriever]\n|type = |SimplePOP3Retriever|\n| |=|(|)|"|'|r|,|\\|destinations|[destination]\n|MultiDestination|x|\0|#|]|[`.split(
    '|',
  );

test('no text makes the readers of getmail crash', () => {
  for (const before of ['', retriever, `${retriever}[destination]\n`])
    assertNeverCrashes('getmailrc', pieces, (text) => {
      parseOldmail(text);
      assert.match(parsePython(text).kind, /^(?:value|mistake)$/);
      translated(before + text);
    });
});

test('a folder with a getmailrc is known too, and read', async () => {
  await using folder = await homeWith({ 'there/getmailrc': retriever + maildir });
  const there = join(folder.path, 'there');
  assert.ok(getmail.recognises(there, '') && !getmail.recognises(folder.path, ''));
  const { accounts } = await getmail.read([there], joeIn(folder.path));
  assert.equal(accounts[0]?.file, join(there, 'getmailrc'));
});

test('a file is known for a getmailrc by its name or by what stands in it', () => {
  assert.ok(getmail.recognises(join('/x', 'getmailrc'), ''));
  assert.ok(getmail.recognises('/x/work', retriever));
  assert.ok(!getmail.recognises('/x/work', 'poll pop.example.org'));
});
