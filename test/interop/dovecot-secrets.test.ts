import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { contentsBelow, processOf } from '../support/what-shows.ts';
import { accountOf, smallMessage, users } from './accounts.ts';

const skip = dovecotMissing() ?? false;

const all = ['plain', 'login', 'cram-md5', 'scram-sha-1', 'scram-sha-256', 'apop'];

/** What the server offers, what the account says, how it then logged in. */
const serverMechanisms: readonly (readonly [readonly string[], string, string])[] = [
  [['plain'], 'auto', 'PLAIN'],
  [['login'], 'auto', 'LOGIN'],
  [all, 'auto', 'SCRAM-SHA-256'],
  [['plain', 'scram-sha-1'], 'auto', 'SCRAM-SHA-1'],
  [all, 'user', 'PLAIN'],
  [all, 'plain', 'PLAIN'],
  [all, 'login', 'LOGIN'],
  [all, 'cram-md5', 'CRAM-MD5'],
  [all, 'scram-sha-1', 'SCRAM-SHA-1'],
  [all, 'scram-sha-256', 'SCRAM-SHA-256'],
  [['plain', 'apop'], 'apop', 'APOP'],
];

for (const [mechanisms, auth, method] of serverMechanisms) {
  test(`the password shows nowhere, whatever is logged, with auth: ${auth} at a server with ${mechanisms.join(', ')}`, {
    skip,
  }, async () => {
    await using server = await startDovecot({ users, mechanisms });
    await using home = await PopfetchHome.create();
    server.seed('ann', [smallMessage(1)]);
    const logFile = home.path('popfetch.log');
    for (const [index, output] of [['-vv'], ['-vv', '--json']].entries()) {
      const password = index === 0 ? users.ann : passwordFile(home);
      home.configure({ accounts: { ann: accountOf(server, 'ann', home, { password, auth }) } });
      const seen = new Set<string>();
      const run = await home.run(['--once', ...output, '--log-file', logFile], {
        watch: (pid) => seen.add(processOf(pid)),
      });
      assert.equal(run.status, 0, run.stderr);
      for (const log of [run.stderr, readFileSync(logFile, 'utf8')]) {
        assert.match(log, /CAPA.*QUIT.* msg=end /s, 'the dialogue is shown from start to end');
      }
      assert.ok([...seen].some((text) => text.includes('popfetch.cjs')));
      const written = [home.stateDir, home.path('home')].flatMap((folder) => contentsBelow(folder));
      for (const [where, text] of [
        ['stdout', run.stdout],
        ['stderr', run.stderr],
        ['command line and environment', [...seen].join('\n')],
        ['log file', readFileSync(logFile, 'latin1')],
        ['Maildir', contentsBelow(home.path('Maildir')).join('\n')],
        ['state', written.join('\n')],
      ] as const) {
        assert.deepEqual(leaksIn(text), [], `${where}: ${text}`);
      }
    }
    const [session] = await server.sessions('ann', 2);
    assert.equal(session?.method, method);
  });
}

test('the search for leaks finds what each mechanism would leak', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  for (const leak of [
    `PASS ${users.ann}`,
    `AUTH PLAIN ${base64(`\0ann\0${users.ann}`)}`,
    base64(users.ann),
    base64(`ann ${'0123456789abcdef'.repeat(2)}`),
    `APOP ann ${'0123456789abcdef'.repeat(2)}`,
    base64('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='),
    base64(`c=biws,r=nonce,p=${base64('x'.repeat(32))}`),
  ]) {
    assert.equal(leaksIn(`12:00 sent ${leak}\n`).length, 1, leak);
  }
  assert.deepEqual(leaksIn('sent PASS ***\nsent AUTH PLAIN ***\nreceived +OK Logged in.\n'), []);
});

/** The password itself, and every word that is base64 of a password, of a CRAM digest or of a SCRAM proof. */
function leaksIn(text: string): string[] {
  const plain = text.includes(users.ann) ? [users.ann] : [];
  const words = text.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? [];
  const encoded = words.filter((word) => {
    const decoded = Buffer.from(word, 'base64').toString('latin1');
    return decoded.includes(users.ann) || /^ann [0-9a-f]{32}$|,p=|^v=|,s=/.test(decoded);
  });
  const digests = text.match(/APOP ann [0-9a-f]{32}/g) ?? [];
  return [...plain, ...encoded, ...digests];
}

function passwordFile(home: PopfetchHome): object {
  const file = home.path('ann.pw');
  writeFileSync(file, `${users.ann}\n`, { mode: 0o600 });
  return { file };
}
