import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dovecotMissing } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { accountOf } from './accounts.ts';
import { assertTakenOver, type Workplace } from './taking-over.ts';

const skip = dovecotMissing() ?? false;

test('what Thunderbird has fetched is not fetched again, and all else is', { skip }, async () => {
  const told = await assertTakenOver({
    tool: 'thunderbird',
    files: ({ server }) => ({
      '.thunderbird/profiles.ini': '[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\n',
      '.thunderbird/abc.default/prefs.js': `// Mozilla User Preferences
user_pref("mail.account.account1.server", "server1");
user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/127.0.0.1");
user_pref("mail.server.server1.hostname", "127.0.0.1");
user_pref("mail.server.server1.leave_on_server", true);
user_pref("mail.server.server1.port", ${server.pop3Port});
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.userName", "ann");
`,
    }),
    fetch: asThunderbirdDoes,
  });
  assert.match(told, /5 messages taken for seen/);
});

/** It cannot be run without a screen: popfetch fetches, and its list is written in the form of Thunderbird's. */
async function asThunderbirdDoes({ server, home, mail }: Workplace): Promise<void> {
  await using other = await PopfetchHome.create();
  other.configure({ accounts: { ann: accountOf(server, 'ann', other, { deliver: `${mail}/` }) } });
  const { stdout } = await other.run(['--once', '--json']);
  const uids = [...stdout.matchAll(/"uidl":"([^"]+)"/g)].map(([, uid]) => uid);
  assert.equal(uids.length, 5, stdout);
  const folder = join(home, '.thunderbird/abc.default/Mail/127.0.0.1');
  mkdirSync(folder, { recursive: true });
  const lines = uids.map((uid) => `k ${uid} 1763800000\n`);
  writeFileSync(
    join(folder, 'popstate.dat'),
    `# POP3 State File\n# This is a generated file!  Do not edit.\n\n*127.0.0.1 ann\n${lines.join('')}`,
  );
}
