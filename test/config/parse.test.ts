import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseConfig } from '../../src/config/parse.ts';
import { problemText } from '../../src/config/problem-text.ts';
import { home, problemsIn, valid } from './support.ts';

const account = '{host: pop.example.org, user: joe, password: {prompt: true}}';

function messages(text: string): string[] {
  return problemsIn(text).map(({ message }) => message);
}

test('defaults hold for every account that does not say otherwise', () => {
  const { accounts } = valid(`
defaults: {host: pop.example.org, keep: false, password: {env: PW}}
accounts:
  a: {user: joe}
  b: {user: ann, keep: true}
`);
  assert.deepEqual(
    accounts.map(({ name, host, user, keep }) => [name, host, user, keep]),
    [
      ['a', 'pop.example.org', 'joe', false],
      ['b', 'pop.example.org', 'ann', true],
    ],
  );
});

test('a wrong default is reported once, where it stands', () => {
  const problems = problemsIn(
    `defaults:\n  timeout: 60\naccounts:\n  a: ${account}\n  b: ${account}\n`,
  );
  assert.equal(problems.length, 1);
  assert.deepEqual([problems[0]?.place?.line, problems[0]?.place?.column], [2, 12]);
});

test('a wrong default is reported even where every account overrides it', () => {
  const text = `defaults: {keep: maybe}\naccounts: {a: ${account.replace('{', '{keep: true, ')}}`;
  assert.deepEqual(messages(text), ['keep: expected true or false, found "maybe"']);
});

test('the login name is the e-mail address unless user is set', () => {
  const rest = 'host: pop.example.org, password: {prompt: true}';
  const { accounts } = valid(
    `accounts:\n  a: {email: joe@example.org, ${rest}}\n  b: {email: joe@example.org, user: joe, ${rest}}`,
  );
  assert.deepEqual(
    accounts.map(({ user }) => user),
    ['joe@example.org', 'joe'],
  );
});

test('an address alone is not enough while no server is known for it', () => {
  const [problem] = problemsIn('accounts: {a: {email: joe@example.org, password: {prompt: true}}}');
  assert.equal(problem?.message, 'account a has no host');
  assert.equal(problem?.hint, 'add host: the name of the POP3 server');
});

test('a misspelled key is not called missing as well', () => {
  const text = 'accounts: {a: {hsot: pop.example.org, user: joe, pasword: {prompt: true}}}';
  assert.deepEqual(messages(text), ['unknown key "hsot"', 'unknown key "pasword"']);
});

test('a key that belongs elsewhere is told where', () => {
  const text = `host: x.example\naccounts: {a: ${account.replace('{', '{jobs: 2, ')}}`;
  assert.deepEqual(
    problemsIn(text).map(({ hint }) => hint),
    ['it belongs in an account or under "defaults"', 'it belongs at the top, not in an account'],
  );
});

test('what other programs call a key leads to ours', () => {
  const text = `accounts: {a: ${account.replace('user', 'username')}}`;
  assert.equal(problemsIn(text)[0]?.hint, 'did you mean "user"?');
});

for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '"::1"', '"[::1]"'])
  test(`tls: off is allowed for ${host}`, () => {
    const [only] = valid(
      `accounts: {a: {host: ${host}, user: joe, password: {prompt: true}, tls: off}}`,
    ).accounts;
    assert.deepEqual([only?.tls, only?.port], ['off', 110]);
  });

for (const host of ['localhost.example.org', '127.example.org', '128.0.0.1', '"::2"', '10.0.0.1'])
  test(`tls: off is refused for ${host}`, () => {
    const text = `accounts: {a: {host: ${host}, user: joe, password: {prompt: true}, tls: off}}`;
    assert.match(messages(text).join(), /would send mail and password unencrypted/);
  });

test('tls: off is allowed anywhere with insecure: true beside it', () => {
  valid(`accounts: {a: ${account.replace('{', '{tls: off, insecure: true, ')}}`);
});

test('a fingerprint without TLS is refused rather than ignored', () => {
  const text = `accounts: {a: ${account.replace('{', `{tls: off, insecure: true, tlsFingerprint: ${'ab'.repeat(32)}, `)}}`;
  assert.deepEqual(messages(text), ['tlsFingerprint is of no use without TLS']);
});

for (const [name, good] of [
  ['a', true],
  ['0', true],
  ['a.b_c-d', true],
  ['A', false],
  ['.a', false],
  ['a/b', false],
  ['-a', false],
  ['__proto__', false],
] as const)
  test(`${name} ${good ? 'can' : 'cannot'} be the name of an account`, () => {
    assert.equal(messages(`accounts:\n  ${name}: ${account}\n`).length, good ? 0 : 1);
  });

for (const user of ['../joe', 'a/b', '..', '.'])
  test(`a login name ${user} cannot lead a path out of its folder`, () => {
    const text = `accounts: {a: {host: pop.example.org, user: ${user}, password: {prompt: true}, deliver: "/srv/{user}/"}}`;
    assert.deepEqual(messages(text), [
      `deliver: {user} is "${user}", which cannot be part of a path`,
    ]);
  });

test('a configuration without accounts is refused', () => {
  for (const text of [
    '',
    '# nothing\n',
    'jobs: 3',
    'accounts:',
    'accounts: {}',
    'accounts: []',
    'x',
  ])
    assert.equal(messages(text).length, 1, text);
});

test('aliases of YAML work, also many of one anchor', () => {
  const { accounts } = valid(`accounts:\n  a: &a ${account}\n  b: *a\n  c: *a\n`);
  assert.deepEqual(
    accounts.map(({ name, user }) => [name, user]),
    [
      ['a', 'joe'],
      ['b', 'joe'],
      ['c', 'joe'],
    ],
  );
});

test('aliases that multiply cost no time', () => {
  const levels = Array.from({ length: 40 }, (_, n) => `x${n + 1}: &x${n + 1} [*x${n}, *x${n}]`);
  assert.ok(messages(`x0: &x0 [lol]\n${levels.join('\n')}\naccounts: {a: ${account}}`).length > 0);
});

test('an alias of something that contains it is a problem, not a crash', () => {
  assert.ok(messages('accounts: &a {b: *a}').length > 0);
});

test('words stay words, also below a directive for YAML 1.1', () => {
  const text = `%YAML 1.1\n---\naccounts: {a: ${account.replace('{', '{tls: on, ')}}`;
  assert.equal(valid(text).accounts[0]?.tls, 'on');
});

test('JSON with tabs is read like YAML', () => {
  const json = JSON.stringify(
    { accounts: { a: { host: 'pop.example.org', user: 'joe', password: { prompt: true } } } },
    undefined,
    '\t',
  );
  assert.equal(valid(json).accounts[0]?.host, 'pop.example.org');
});

test('a byte order mark does not move the columns', () => {
  assert.deepEqual(
    problemsIn('\ufeffjbs: 1\r\naccounts: {}\r\n').map(({ place }) => [place?.line, place?.column]),
    [
      [1, 1],
      [2, 11],
    ],
  );
});

test('text that was not UTF-8 is refused: a password in it would be another one', () => {
  const text = new TextDecoder().decode(Buffer.from(`accounts: {a: ${account}} # \xe4`, 'latin1'));
  assert.deepEqual(messages(text), ['not valid UTF-8']);
});

/** A password that stands in a wrong configuration, in many ways. */
const leaks: readonly string[] = [
  'accounts: {a: {password: SEKRIT, hots: x}}',
  'accounts:\n  a:\n    passwort: SEKRIT, SEKRIT\n',
  'accounts:\n  a:\n    pass: SEKRIT\n    SEKRIT2: {\n',
  'accounts:\n  a:\n    password: "SEKRIT\n',
  'accounts:\n  a:\n    password: @SEKRIT\n',
  'accounts:\n  a:\n    password: *SEKRIT\n',
  'accounts:\n  a:\n    password: !SEKRIT\n',
  'accounts:\n  a:\n    password: &SEKRIT\n',
  'accounts:\n  a:\n    password: |SEKRIT\n',
  'accounts:\n  a:\n    password: SEKRIT: SEKRIT\n',
  'accounts:\n  a:\n    password: "SEKRIT" SEKRIT\n',
  'accounts:\n  a:\n    password: "\\SEKRIT"\n',
  'accounts:\n  a:\n    password: |\n      a\n\tSEKRIT\n',
  'accounts:\n  a:\n    password: |\n      SEKRIT\n      SEKRIT\n',
  'accounts:\n  a:\n    password: [SEKRIT]\n',
  'accounts:\n  a:\n    password: {SEKRIT}\n',
  'accounts:\n  a:\n    password: {value: SEKRIT}\n',
  'accounts:\n  a:\n    password:\n      value: SEKRIT\n',
  'accounts:\n  a:\n    password:\n      SEKRIT: x\n',
  'accounts:\n  a:\n\tpassword: SEKRIT\n',
  '{"accounts": {"a": {"password": "SEKRIT\\"SEKRIT", "x": 1}, "b": {"password": "SEKRIT"}}}',
];

for (const text of leaks)
  test(`the problems of ${JSON.stringify(text)} do not show the password`, () => {
    const parsed = parseConfig(text, 'config.yaml', { home, toHide: 'chmod 600 config.yaml' });
    assert.ok(parsed.kind === 'problems');
    assert.doesNotMatch(problemText(parsed.problems, home), /SEKRIT(?!2)/);
  });

test('where a password comes from is shown: that is no secret', () => {
  const text = 'accounts:\n  a:\n    pasword: {command: pass show x}\n';
  assert.match(problemText(problemsIn(text), home), /pass show x/);
});

test('a password in a file that others can read is refused with the command that helps', () => {
  const server = '{smtp: localhost, to: a@b, user: u, password: secret}';
  for (const wrong of [
    account.replace('{prompt: true}', 'secret'),
    account.replace('{', `{deliver: ${server}, `),
    account.replace('{', `{deliver: [~/M/, ${server}], `),
  ]) {
    const text = `accounts: {a: ${wrong}}`;
    const parsed = parseConfig(text, 'c.yaml', { home, toHide: 'chmod 600 c.yaml' });
    assert.ok(parsed.kind === 'problems', wrong);
    assert.deepEqual(
      parsed.problems.map(({ message, hint }) => [message, hint]),
      [['password: others can read this file', 'chmod 600 c.yaml']],
    );
  }
});

test('a problem far right in a long line is shown with the part of the line around it', () => {
  const [problem] = problemsIn(`accounts: {a: {${' '.repeat(300)}hots: x, ${account.slice(1)}}`);
  const shown = problem?.place?.shown;
  assert.equal(shown?.text.slice(shown.caret, shown.caret + shown.carets), 'hots');
  assert.ok((shown?.text.length ?? 0) <= 80);
});

const words = 'accounts defaults alerts a host password deliver tls email keep true 0 1.5 30d é 😀';
const marks = '{account} pop.example.org ~/Maildir/ /x : - { } [ ] , " \' | > &x *x !t ? # % @ ~';
const spaces = [': ', '- ', ', ', '\n', '\n  ', '\n    ', '\r\n', '\t', '\ufeff', '\0', '\u2028'];
const scraps = fc.constantFrom(...words.split(' '), ...marks.split(' '), ...spaces, '\n---\n');
const yamlish = fc.array(scraps, { maxLength: 40 }).map((parts) => parts.join(''));

test('no text makes the parser throw, and every problem stands within the text', () => {
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
      const lines = text.replace(/^\ufeff/, '').split('\n');
      for (const { place } of problemsIn(text)) {
        const line = lines[(place?.line ?? 0) - 1];
        assert.ok(place !== undefined && line !== undefined);
        assert.ok(place.column >= 1 && place.column <= line.length + 1);
        assert.ok(place.length >= 1);
        assert.ok(place.shown.caret >= 0 && place.shown.caret <= place.shown.text.length);
        assert.doesNotMatch(place.shown.text, /\p{Cc}/u);
      }
    }),
    { numRuns: 3000 },
  );
});

test('any accounts and values that are valid by themselves make a valid configuration', () => {
  const value = fc.record({
    host: fc.domain(),
    user: fc.string({ minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text)),
    keep: fc.boolean(),
    limit: fc.integer({ min: 1, max: 1_000_000 }),
    password: fc.record({ env: fc.constant('PW') }),
  });
  const names = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,9}$/);
  fc.assert(
    fc.property(fc.dictionary(names, value, { minKeys: 1, noNullPrototype: true }), (accounts) => {
      const read = valid(JSON.stringify({ accounts })).accounts;
      assert.deepEqual(
        read.map(({ name, host, user, keep, limit }) => ({ name, host, user, keep, limit })),
        Object.entries(accounts).map(([name, { host, user, keep, limit }]) => ({
          name,
          host,
          user,
          keep,
          limit,
        })),
      );
    }),
    { numRuns: 200 },
  );
});
