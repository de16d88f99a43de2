import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountConfig } from '../../src/config/config.ts';
import { hookKeys } from '../../src/config/hook-keys.ts';
import { accountKeys, alertKeys, topKeys } from '../../src/config/keys.ts';
import { accountWith, problemsIn, valid, withKey } from './support.ts';

const print = 'a1'.repeat(32);
const printWithColons = print.toUpperCase().replace(/(..)(?=.)/g, '$1:');

const maildirAt = (path: string, label: string) => ({ kind: 'maildir', path, label });
const mboxAt = (path: string, label: string) => ({ kind: 'mbox', path, label });

const plainServer = { tls: 'auto', tlsCa: undefined, login: undefined };

const pipeTo = (command: object, label: string) => ({
  kind: 'pipe',
  label,
  command,
  timeout: 300_000,
  concurrency: 1,
  ifUnsure: 'redeliver',
});

/** Key, as written, what it becomes. */
/** Key, value, what is asked of the account, and the answer. */
type Understood = [string, string, (account: AccountConfig) => unknown, unknown];

const accepted: readonly Understood[] = [
  ['host', 'POP.example.org', (a) => a.host, 'POP.example.org'],
  ['host', '"[::1]"', (a) => a.host, '::1'],
  ['host', '2001:db8::1', (a) => a.host, '2001:db8::1'],
  ['user', '"4711"', (a) => a.user, '4711'],
  ['user', 'jörg müller', (a) => a.user, 'jörg müller'],
  ['user', 'yes', (a) => a.user, 'yes'],
  ['auth', 'scram-sha-256', (a) => a.auth, 'scram-sha-256'],
  ['tlsMin', '1.3', (a) => a.tlsSettings.least, '1.3'],
  ['tlsMin', '"1.2"', (a) => a.tlsSettings.least, '1.2'],
  [
    'tlsCert',
    '~/joe.pem',
    (a) => a.tlsSettings.client,
    { certificate: '/home/joe/joe.pem', key: '/home/joe/joe.pem' },
  ],
  ['keep', '30d', (a) => a.keep, { for: 30 * 86_400_000 }],
  ['keep', 'false', (a) => a.keep, false],
  ['atMost', '900MB', (a) => a.atMost, { octets: 900_000_000 }],
  ['atMost', '{count: 500}', (a) => a.atMost, { count: 500 }],
  ['every', '15m', (a) => a.every, 900_000],
  ['first', 'new', (a) => a.first, 'new'],
  ['order', 'smallest', (a) => a.order, 'smallest'],
  ['maxBytes', '1MiB', (a) => a.maxBytes, 1_048_576],
  ['bind', '192.0.2.7', (a) => a.bind, '192.0.2.7'],
  [
    'proxy',
    'socks5h://127.0.0.1:9050',
    (a) => a.proxy,
    { host: '127.0.0.1', port: 9050, resolves: 'there', login: undefined },
  ],
  ['proxy', 'socks5://[::1]:1080/', (a) => [a.proxy?.host, a.proxy?.resolves], ['::1', 'here']],
  [
    'proxy',
    'socks5h://joe:p%40ss@proxy.example:1080',
    (a) => [a.proxy?.host, a.proxy?.login?.user, a.proxy?.login?.password.reveal()],
    ['proxy.example', 'joe', 'p@ss'],
  ],
  ['port', '1995', (a) => a.port, 1995],
  ['tls', 'starttls', (a) => [a.tls, a.port], ['starttls', 110]],
  ['tls', 'on', (a) => [a.tls, a.port], ['on', 995]],
  ['tlsCa', '~/ca.pem', (a) => a.tlsSettings.ca, '/home/joe/ca.pem'],
  ['tlsFingerprint', print, (a) => a.tlsSettings.fingerprint, print],
  ['tlsFingerprint', `"${printWithColons}"`, (a) => a.tlsSettings.fingerprint, print],
  [
    'tlsFingerprint',
    `sha256 Fingerprint=${printWithColons}`,
    (a) => a.tlsSettings.fingerprint,
    print,
  ],
  ['tlsFingerprint', '1'.repeat(64), (a) => a.tlsSettings.fingerprint, '1'.repeat(64)],
  ['deliver', '~/Maildir/', (a) => a.deliver, maildirAt('/home/joe/Maildir', '~/Maildir/')],
  ['deliver', '/srv/{account}/{user}/', (a) => a.deliver, maildirAt('/srv/a/joe', '/srv/a/joe/')],
  ['deliver', '/srv/{host}/', (a) => a.deliver.label, '/srv/pop.example.org/'],
  ['deliver', '{maildir: "~/mail/{account}"}', (a) => a.deliver.label, '~/mail/a/'],
  ['deliver', '~/mail/{account}', (a) => a.deliver, mboxAt('/home/joe/mail/a', '~/mail/a')],
  ['deliver', '{mbox: /var/mail/joe}', (a) => a.deliver, mboxAt('/var/mail/joe', '/var/mail/joe')],
  [
    'deliver',
    '{pipe: [/usr/bin/procmail, -a, "{account}", "{odd}", ~/x]}',
    (a) => a.deliver,
    pipeTo({ argv: ['/usr/bin/procmail', '-a', 'a', '{odd}', '/home/joe/x'] }, 'procmail'),
  ],
  [
    'deliver',
    '{concurrency: 4, timeout: 30s, ifUnsure: hold, pipe: [~/bin/sort-mail]}',
    (a) => a.deliver,
    {
      ...pipeTo({ argv: ['/home/joe/bin/sort-mail'] }, 'sort-mail'),
      timeout: 30_000,
      concurrency: 4,
      ifUnsure: 'hold',
    },
  ],
  [
    'deliver',
    '"|formail -D 8192 ~/ids || procmail {user}"',
    (a) => a.deliver,
    pipeTo({ line: 'formail -D 8192 ~/ids || procmail {user}' }, 'formail'),
  ],
  ['deliver', '{pipe: "(a; b)"}', (a) => a.deliver, pipeTo({ line: '(a; b)' }, 'command')],
  [
    'deliver',
    '{lmtp: localhost}',
    (a) => a.deliver,
    {
      kind: 'lmtp',
      label: 'lmtp localhost:24',
      address: { host: 'localhost', port: 24 },
      to: ['joe'],
      ...plainServer,
    },
  ],
  [
    'deliver',
    '{lmtp: "unix:/run/dovecot/lmtp", to: "{user}@example.org"}',
    (a) => a.deliver,
    {
      kind: 'lmtp',
      label: 'lmtp /run/dovecot/lmtp',
      address: { path: '/run/dovecot/lmtp' },
      to: ['joe@example.org'],
      ...plainServer,
    },
  ],
  ['deliver', 'smtp://[::1]:2525?to=a@b,c', (a) => a.deliver.label, 'smtp [::1]:2525'],
  [
    'deliver',
    'lmtp:/run/{user}/lmtp',
    ({ deliver }) => deliver.kind === 'lmtp' && [deliver.address, deliver.to],
    [{ path: '/run/joe/lmtp' }, ['joe']],
  ],
  [
    'deliver',
    '{smtp: "[::1]:2525", to: [a@b, c]}',
    (a) => a.deliver,
    {
      kind: 'smtp',
      label: 'smtp [::1]:2525',
      address: { host: '::1', port: 2525 },
      to: ['a@b', 'c'],
      ...plainServer,
    },
  ],
  ...(
    [
      ['mail.example', '', 'starttls'],
      ['mail.example:465', '', 'on'],
      ['mail.example:465', ', tls: starttls', 'starttls'],
      ['localhost', '', 'auto'],
    ] as const
  ).map(
    ([server, more, tls]): Understood => [
      'deliver',
      `{smtp: "${server}", to: a@b, user: joe, password: {env: PW}${more}}`,
      ({ deliver }) => deliver.kind === 'smtp' && [deliver.tls, deliver.login],
      [tls, { user: 'joe', password: { kind: 'env', variable: 'PW' } }],
    ],
  ),
  ['keep', 'false', (a) => a.keep, false],
  ['timeout', '2m', (a) => a.timeout, 120_000],
  ['pipelining', 'off', (a) => a.pipelining, 'off'],
  ['trace', 'false', (a) => a.trace, false],
  ['maxSize', '1.5MB', (a) => a.maxSize, 1_500_000],
  ['maxSize', '2MiB', (a) => a.maxSize, 2_097_152],
  ['maxSize', '900kB', (a) => a.maxSize, 900_000],
  ['limit', '10', (a) => a.limit, 10],
  ['enabled', 'false', (a) => a.enabled, false],
  ['password', '{command: pass show x}', (a) => a.password, { kind: 'shell', line: 'pass show x' }],
  [
    'password',
    '{command: [~/bin/pw, "{user}@{host}", "{print}"]}',
    (a) => a.password,
    { kind: 'command', argv: ['/home/joe/bin/pw', 'joe@pop.example.org', '{print}'] },
  ],
  [
    'password',
    '{file: "~/{account}.pw"}',
    (a) => a.password,
    { kind: 'file', path: '/home/joe/a.pw' },
  ],
  [
    'password',
    '{credential: "{account}.pw"}',
    (a) => a.password,
    { kind: 'credential', name: 'a.pw' },
  ],
  ['password', '{env: POP_PW}', (a) => a.password, { kind: 'env', variable: 'POP_PW' }],
  ['password', '{prompt: true}', (a) => a.password, { kind: 'prompt' }],
];

for (const [key, written, pick, expected] of accepted)
  test(`${key}: ${written} is understood`, () => {
    assert.deepEqual(pick(accountWith(key, written)), expected);
  });

/** Key, as written, the message, what the hint holds. */
const refused: readonly [string, string, RegExp, RegExp?][] = [
  ['host', 'pop.example.org:995', /port stands/, /host: pop.example.org and port: 995/],
  ['host', 'pop3s://pop.example.org', /URL/, /write pop.example.org/],
  ['host', 'pop example', /not a host name/],
  ['host', '"pop\\r\\nexample"', /control character/],
  ['host', '4711', /a number/, /quote it: "4711"/],
  ['host', '', /expected text, found nothing/],
  ['host', '""', /is empty/],
  ['host', '[a]', /found a list/],
  ['user', '0123', /a number/, /quote it: "0123"/],
  ['user', '"a\\0b"', /control character/],
  ['email', 'joe', /not an e-mail address/],
  ['email', 'joe@x@y', /not an e-mail address/],
  ['port', '0', /1 to 65535/],
  ['port', '65536', /1 to 65535/],
  ['port', '99.5', /whole number/],
  ['port', '"995"', /found text/, /write 995 unquoted/],
  ['tls', 'true', /expected on, starttls or off/, /write on/],
  ['tls', 'STARTTLS', /found "STARTTLS"/, /write starttls/],
  ['tls', 'ssl', /found "ssl"/],
  ['tls', 'off', /unencrypted to pop.example.org/, /insecure: true/],
  ['tlsCa', 'ca.pem', /relative path "ca.pem"/, /~\/ca.pem/],
  ['tlsKey', '~/joe.key', /tlsKey without tlsCert/],
  ['tlsMin', '1.1', /expected 1.2 or 1.3/, /not secure/],
  ['auth', 'PLAIN', /found "PLAIN"/, /write plain/],
  ['auth', 'external', /client certificate/, /add tlsCert/],
  ['bind', 'eth0', /not an IP address/],
  ['proxy', 'http://proxy:8080', /SOCKS5/, /socks5h:\/\//],
  ['proxy', 'socks5h://proxy:99999', /1 to 65535/],
  ['proxy', 'socks5h://joe:%zz@proxy:1080', /cannot be read/],
  ['tlsFingerprint', 'a1'.repeat(20), /SHA-1/, /-sha256/],
  ['tlsFingerprint', 'xyz', /64 hexadecimal/],
  ['insecure', 'yes', /true or false/, /write true/],
  ['password', '0123456', /a number/, /quote it/],
  ['password', 'true', /truth value/, /quote it/],
  ['password', '', /is empty/],
  ['password', '"a\\nb"', /control character/],
  ['password', '[a]', /a list/],
  ['password', '{}', /is empty/],
  ['password', '{comand: x}', /unknown key "comand"/, /"command"/],
  ['password', '{hunter: x}', /unknown form/],
  ['password', '{command: x, env: Y}', /command and env at once/],
  ['password', '{command: []}', /empty command/],
  ['password', '{command: [a, 1]}', /a number/, /quote it: "1"/],
  ['password', '{file: pw}', /relative path/],
  ['password', '{credential: a/b}', /found a path/],
  ['password', '{env: $PW}', /not the name/, /without \$/],
  ['password', '{prompt: false}', /only true/],
  ['deliver', 'Maildir/', /relative path "Maildir\/"/, /write ~\/Maildir\/ or an absolute path/],
  ['deliver', '~joe/Maildir/', /another user/],
  ['deliver', '{mbox: ~/mail/}', /an mbox is a file/, /for a Maildir write/],
  ['deliver', '{mbox: a, maildir: b}', /mbox and maildir at once/],
  ['deliver', '{pipe: []}', /empty command/],
  ['deliver', '{pipe: [bin/sort]}', /relative path/, /absolute/],
  ['deliver', '{pipe: 5}', /expected a command/],
  ['deliver', '{pipe: [a], timout: 5m}', /unknown key "timout"/, /timeout/],
  ['deliver', '{pipe: [a], concurrency: 0}', /from 1 to 64/],
  ['deliver', '{smtp: a, to: b, user: c}', /user without password/],
  ['deliver', '{smtp: a, to: b, password: {env: P}}', /password without user/],
  ['deliver', '{smtp: a, to: b, tls: off}', /expected on or starttls/],
  ['deliver', '{lmtp: a, to: b, user: c}', /unknown key "user"/],
  ['deliver', '{pipe: [a], ifUnsure: keep}', /expected redeliver or hold/],
  ['deliver', '{pipe: [a], lmtp: b}', /pipe and lmtp at once/],
  ['deliver', '{pip: [a]}', /unknown key "pip"/, /pipe/],
  ['deliver', '"|"', /empty/],
  ['deliver', '{smtp: localhost}', /without a recipient/, /to:/],
  ['deliver', '{smtp: "unix:/run/smtp", to: a@b}', /needs a host/],
  ['deliver', '{lmtp: "localhost:70000"}', /expected host:port/],
  ['deliver', '{lmtp: "unix:run/lmtp"}', /relative path/],
  ['deliver', '{smtp: a, to: []}', /no recipient/],
  ['deliver', '{smtp: a, to: "a b@c"}', /expected an address/],
  ['deliver', '[~/a/, ~/a]', /the same destination twice|an mbox is a file/],
  ['deliver', '~', /found nothing/],
  ['deliver', '"/srv/{acount}/"', /\{acount\} means nothing/, /\{account\}/],
  ['deliver', '"/srv/{email}/"', /\{email\} is not set for account a/],
  ['keep', 'yes', /true or false/, /write true/],
  ['keep', '30', /no unit/, /30d/],
  ['atMost', 'many', /expected a size or count/, /900MB/],
  ['atMost', '{number: 5}', /expected a size or count/],
  ['timeout', '60', /no unit/, /60s/],
  ['timeout', '0s', /no time/],
  ['timeout', '2 minutes', /expected a duration/, /5m/],
  ['timeout', '25d', /longer than 1d/],
  ['pipelining', 'true', /auto, on or off/, /write on/],
  ['trace', '1', /the number 1/],
  ['maxSize', '50M', /no unit/, /50MB/],
  ['maxSize', '50', /no unit/, /50MB/],
  ['maxSize', '0kB', /no octet/],
  ['maxSize', 'big', /expected a size/],
  ['limit', '0', /1 to/],
  ['enabled', 'maybe', /true or false/],
];

for (const [key, written, message, hint] of refused)
  test(`${key}: ${written || '(nothing)'} is refused`, () => {
    const problems = problemsIn(withKey(key, written));
    assert.equal(problems.length, 1, JSON.stringify(problems, undefined, 1));
    assert.match(problems[0]?.message ?? '', message);
    if (hint !== undefined) assert.match(problems[0]?.hint ?? '', hint);
    const value = problems[0]?.place?.line ?? 0;
    assert.match(withKey(key, written).split('\n')[value - 1] ?? '', new RegExp(`^    ${key}:`));
  });

test('an account without more than it needs has the documented defaults', () => {
  const { password: _, ...account } = accountWith('user', 'joe');
  assert.deepEqual(account, {
    name: 'a',
    host: 'pop.example.org',
    port: 995,
    tls: 'on',
    tlsSettings: { ca: undefined, fingerprint: undefined, client: undefined, least: '1.2' },
    insecure: false,
    user: 'joe',
    email: undefined,
    oauth: undefined,
    auth: 'auto',
    proxy: undefined,
    bind: undefined,
    deliver: { kind: 'maildir', path: '/home/joe/Maildir', label: '~/Maildir/' },
    keep: true,
    atMost: undefined,
    every: 300_000,
    first: 'all',
    order: 'oldest',
    timeout: 60_000,
    pipelining: 'auto',
    trace: true,
    maxSize: undefined,
    limit: undefined,
    maxBytes: undefined,
    onReject: 'quarantine',
    enabled: true,
  });
});

test('the top level has the documented defaults', () => {
  const { accounts: _, ...rest } = valid(withKey('user', 'joe'));
  assert.deepEqual(rest, {
    path: 'config.yaml',
    jobs: 4,
    perHost: 2,
    stateDir: undefined,
    alerts: { after: 3, remind: 86_400_000 },
    hooks: { newMail: undefined, failure: undefined, recovered: undefined, timeout: 30_000 },
    metricsFile: undefined,
  });
});

test('the file for metrics is a path', () => {
  const { metricsFile } = valid(`metricsFile: ~/p.prom\n${withKey('user', 'joe')}`);
  assert.equal(metricsFile, '/home/joe/p.prom');
});

test('hooks are words for a program, with ~ filled in and placeholders left for the account', () => {
  const { hooks } = valid(
    `hooks: {failure: [~/bin/tell, "{account}", ~/x], timeout: 5s}\n${withKey('user', 'joe')}`,
  );
  assert.deepEqual(hooks.failure, ['/home/joe/bin/tell', '{account}', '/home/joe/x']);
  assert.equal(hooks.newMail, undefined);
  assert.equal(hooks.timeout, 5000);
});

for (const [written, message] of [
  ['hooks: {newMail: notify-send}', 'hooks.newMail: expected a command, found "notify-send"'],
  ['hooks: {newMail: []}', 'hooks.newMail: an empty command'],
  ['hooks: {newMail: [bin/tell]}', 'hooks.newMail: relative path "bin/tell"'],
  ['hooks: {newMail: [curl, 10]}', 'hooks.newMail: a number, not text'],
  ['hooks: {failed: [true]}', 'unknown key "failed"'],
  ['hooks: [true]', 'hooks: expected keys, found a list'],
  ['failure: [true]', 'unknown key "failure"'],
] as const)
  test(`"${written}" is refused`, () => {
    const [problem] = problemsIn(`${written}\n${withKey('user', 'joe')}`);
    assert.equal(problem?.message, message);
    assert.notEqual(problem?.hint, undefined);
  });

test('the top level takes what is written', () => {
  const top = 'jobs: 9\nperHost: 1\nstateDir: ~/state\nalerts: {after: 1, remind: 2h}\n';
  const { jobs, perHost, stateDir, alerts } = valid(top + withKey('user', 'joe'));
  assert.deepEqual(
    { jobs, perHost, stateDir, alerts },
    { jobs: 9, perHost: 1, stateDir: '/home/joe/state', alerts: { after: 1, remind: 7_200_000 } },
  );
});

for (const [name, { example }] of Object.entries(accountKeys))
  test(`the example of ${name} is valid`, () => {
    const others =
      name === 'tls'
        ? ''
        : `defaults: {insecure: true${name === 'tlsKey' ? ', tlsCert: /c.pem' : ''}}\n`;
    assert.deepEqual(problemsIn(others + withKey(name, example)), []);
  });

test('the examples of the other keys are valid', () => {
  const top = Object.entries(topKeys).map(([name, { example }]) => `${name}: ${example}\n`);
  const alerts = Object.entries(alertKeys).map(([name, { example }]) => `${name}: ${example}`);
  const hooks = Object.entries(hookKeys).map(([name, { example }]) => `${name}: ${example}`);
  const groups = `alerts: {${alerts.join(', ')}}\nhooks: {${hooks.join(', ')}}\n`;
  const text = `${top.join('')}${groups}${withKey('user', 'joe')}`;
  assert.deepEqual(problemsIn(text), []);
});

test('every key is described in one line that fits a help page', () => {
  const keys = { ...topKeys, ...alertKeys, ...hookKeys, ...accountKeys };
  for (const [name, { doc }] of Object.entries(keys))
    assert.ok(doc.length > 0 && doc.length <= 78 && !doc.includes('\n'), name);
});
