import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseDocument } from 'yaml';
import { type NewAccount, withAccounts } from '../../src/config/append-account.ts';
import { valid } from './support.ts';

const work: NewAccount = {
  name: 'office',
  settings: { host: 'pop.work.example', user: 'joe', password: { command: 'pass show work' } },
  comments: ['from the wizard'],
};
const block = `  # from the wizard
  office:
    host: pop.work.example
    user: joe
    password: {command: pass show work}
`;

test('an empty file gets its first account', () => {
  assert.equal(withAccounts('', [work]), `accounts:\n${block}`);
  assert.equal(withAccounts('# mine\n', [work]), `# mine\naccounts:\n${block}`);
});

const before = `# my mail
defaults:
  keep:   30d      # a month

accounts:
  gmx: # the old one
    email: joe@gmx.net   # mine
    password: {file: ~/pw}
    # limit: 5

# hooks come later
hooks:
  timeout: 5s
`;

test('an account comes behind the others, and every octet of the rest stays', () => {
  const after = withAccounts(before, [work]);
  assert.equal(after, before.replace('    # limit: 5\n', `    # limit: 5\n${block}`));
});

test('the indentation is that of the accounts that are there', () => {
  const text =
    'accounts:\n      a:\n        host: h.example\n        user: u\n        password: {env: P}';
  const after = withAccounts(text, [{ name: 'b', settings: { host: 'i.example' } }]);
  assert.equal(after, `${text}\n      b:\n        host: i.example\n`);
});

test('accounts in braces are written anew, with their comments', () => {
  const text =
    '# mine\njobs: 2 # few\naccounts: {a: {host: h.example, user: u, password: {env: P}}}\n';
  const after = withAccounts(text, [work]);
  assert.match(after, /^# mine\njobs: 2 # few\n/);
  assert.deepEqual(
    valid(after).accounts.map(({ name }) => name),
    ['a', 'office'],
  );
});

test('JSON stays JSON', () => {
  const text =
    '{"jobs": 2, "accounts": {"a": {"host": "h.example", "user": "u", "password": {"env": "P"}}}}';
  const after = withAccounts(text, [work]);
  assert.deepEqual(JSON.parse(after).accounts.office, work.settings);
  assert.equal(valid(after).accounts.length, 2);
});

const words = [
  'yes',
  '0123',
  '1e3',
  '~',
  'a: b',
  'x # y',
  '- a',
  '"',
  "it's",
  '{a}',
  ' a',
  'a ',
  'a,b',
  'null',
];

test('whatever text a setting holds, it is read back as it was, also as YAML 1.1', () => {
  const text = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (texts) => {
      const settings = { list: texts, map: { one: texts[0] ?? '' } };
      const after = withAccounts(before, [{ name: 'b', settings }]);
      assert.deepEqual(parseDocument(after).toJS().accounts.b, settings);
      assert.deepEqual(parseDocument(after, { version: '1.1' }).toJS().accounts.b, settings);
    }),
  );
});

for (const name of readdirSync('examples').filter((name) => name.endsWith('.yaml')))
  test(`examples/${name} takes another account and keeps its own as they were`, () => {
    const text = readFileSync(`examples/${name}`, 'utf8');
    const after = valid(withAccounts(text, [work])).accounts;
    assert.deepEqual(after.slice(0, -1), valid(text).accounts);
    assert.equal(after.at(-1)?.name, 'office');
  });
