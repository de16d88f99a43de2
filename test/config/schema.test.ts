import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { hookKeys } from '../../src/config/hook-keys.ts';
import { accountKeys, alertKeys, type Key, topKeys } from '../../src/config/keys.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { configurationSchema } from '../../src/config/schema.ts';
import { home, withKey } from './support.ts';

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
const validate = ajv.compile(configurationSchema());

/** What an editor says of a text; nothing where it finds it in order. */
function complaints(text: string): string[] {
  // Keys that stand twice are another thing that no schema sees.
  if (validate(parse(text, { uniqueKeys: false }))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function isValid(text: string): boolean {
  return parseConfig(text, 'config.yaml', { home }).kind === 'config';
}

for (const name of readdirSync('examples').filter((name) => name.endsWith('.yaml')))
  test(`an editor finds examples/${name} in order`, () => {
    assert.deepEqual(complaints(readFileSync(`examples/${name}`, 'utf8')), []);
  });

const broken: Readonly<Record<string, RegExp>> = {
  'spec.yaml': /\/accounts\/\w+ must NOT have additional properties/,
  'many.yaml': /\/jobs must be integer/,
  'json.json': /additional properties|must/,
  // Not YAML at all: an editor says so without a schema.
  'syntax.yaml': /^$/,
  'tab.yaml': /^$/,
};
for (const name of readdirSync('test/config/golden').filter((name) => /\.(?:yaml|rc)$/.test(name)))
  test(`an editor finds what is wrong with golden/${name}`, () => {
    const text = readFileSync(`test/config/golden/${name}`, 'utf8');
    const expected = broken[name] ?? /must/;
    if (expected.source === '^$') assert.throws(() => parse(text));
    else assert.match(complaints(text).join('\n'), expected);
  });

const rest = 'accounts: {a: {host: h.example, user: u, password: {env: P}}}';
const groups: readonly (readonly [
  keys: Readonly<Record<string, Key<unknown>>>,
  place: (key: string, written: string) => string,
])[] = [
  [accountKeys, withKey],
  [topKeys, (key, written) => `${key}: ${written}\n${rest}\n`],
  [alertKeys, (key, written) => `alerts: {${key}: ${written}}\n${rest}\n`],
  [hookKeys, (key, written) => `hooks: {${key}: ${written}}\n${rest}\n`],
];

/** Of every kind, right for some key and wrong for others. */
const values = `
[] # [a, b] # [1] # {} # {zzz: 1} # true # no # 0 # 1 # -1 # 3.7 # 99999999999
"" # zzz # 5m # 30d # 1.5MB # 100M # ~/x # ~/x/ # /x # x/y # h.example # a@b.c
1.2 # "1.3" # TLSv1.2 # 127.0.0.1 # "::1" # socks5h://h:1 # {count: 5} # {count: 0}
{command: x} # {command: [x, y]} # {command: []} # {file: x} # {file: ~/x} # {env: 1x}
{env: X} # {prompt: true} # {prompt: false} # {credential: a.b} # {credential: a/b}
{maildir: ~/x} # {mbox: x} # {pipe: [x], timeout: 5} # {pipe: x, concurrency: 4}
{lmtp: h, to: a} # {smtp: h} # {smtp: h, to: [a]} # [~/a/, /b] # "|x" # all # newest
on # off # starttls # auto # plain # xoauth2 # keep # {clientId: a, provider: google}
a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1
`
  .trim()
  .split(/ # |\n/);

/** What the schema cannot know: it takes more than the parser. The other way round would be a lie to the user. */
test('an editor complains of no value that popfetch takes', () => {
  for (const [keys, place] of groups)
    for (const key of Object.keys(keys))
      for (const value of values) {
        const text = place(key, value);
        if (isValid(text)) assert.deepEqual(complaints(text), [], `${key}: ${value}`);
      }
});

test('an editor complains of values of the wrong kind under every key', () => {
  for (const [keys, place] of groups)
    for (const key of Object.keys(keys)) {
      const wrong = values.filter((value) => !isValid(place(key, value)));
      const seen = wrong.filter((value) => complaints(place(key, value)).length > 0);
      assert.ok(wrong.length > 0, key);
      // The rest depends on other keys, on files, or on what a host name may hold.
      assert.ok(seen.length >= wrong.length * 0.6, `${key}: ${seen.length} of ${wrong.length}`);
    }
});

test('every key says what it is for, and what it takes', () => {
  for (const [keys] of groups)
    for (const [name, { read }] of Object.entries(keys))
      assert.notEqual(read.schema, undefined, `${name}: its reader has no schema`);
});
