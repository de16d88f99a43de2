import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../src/config/parse.ts';
import { problemText } from '../src/config/problem-text.ts';

const names = readdirSync('examples').filter((name) => name.endsWith('.yaml'));

test('there are the examples that the documentation names', () => {
  assert.ok(names.includes('minimal.yaml'));
  assert.ok(names.includes('backup.yaml'));
});

for (const name of names)
  test(`examples/${name} is a valid configuration`, () => {
    const text = readFileSync(`examples/${name}`, 'utf8');
    const parsed = parseConfig(text, name, { home: '/home/joe' });
    const complaint = parsed.kind === 'problems' ? problemText(parsed.problems, '/home/joe') : '';
    assert.equal(complaint, '');
  });

test('the backup example gives each account a folder and a credential of its own', () => {
  const text = readFileSync('examples/backup.yaml', 'utf8');
  const parsed = parseConfig(text, 'backup.yaml', { home: '/home/joe' });
  assert.ok(parsed.kind === 'config');
  const shop = parsed.config.accounts.find(({ name }) => name === 'shop');
  assert.deepEqual(shop?.deliver, {
    kind: 'maildir',
    path: '/home/joe/mail-backup/shop',
    label: '~/mail-backup/shop/',
  });
  assert.deepEqual(shop?.password, { kind: 'credential', name: 'shop.pw' });
});
