import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fdm } from '../../src/import/fdm/fdm.ts';
import { dovecotMissing } from '../support/dovecot.ts';
import { users } from './accounts.ts';
import { assertTakenOver, runIn } from './taking-over.ts';
import { missing } from './user-of-own.ts';

const skip = dovecotMissing() ?? missing('fdm', 'fdm') ?? false;

test('what fdm has fetched is not fetched again, and all else is', { skip }, async () => {
  const told = await assertTakenOver({
    tool: 'fdm',
    files: ({ server, home, mail }) => ({
      '.fdm.conf': `# fdm goes by the password file, whatever HOME says.
$base = "${home}"
%port = ${server.pop3Port}
set no-received
set lock-file "\${base}/.fdm.lock"
account "ann" pop3 server "127.0.0.1" port %port
	user "ann" pass "${users.ann}" new-only cache "\${base}/.cache" keep
action "in" maildir "${mail}"
match all action "in"
`,
    }),
    fetch: async ({ home }) => runIn(home, ['fdm', '-f', `${home}/.fdm.conf`, 'fetch']),
  });
  assert.match(told, /5 messages taken for seen/);
});

const examples = '/usr/share/doc/fdm/examples';

test("each of fdm's own examples is understood", {
  skip: existsSync(examples) ? false : 'the examples of fdm are not installed',
}, async () => {
  const around = { home: '/home/joe', env: {}, user: 'joe' };
  const names: string[] = [];
  for (const name of readdirSync(examples)) {
    const plan = await fdm.read([join(examples, name)], around);
    names.push(...plan.accounts.map((account) => account.name));
    const notes = [...plan.notes, ...plan.accounts.flatMap((account) => account.notes)];
    assert.ok(notes.length > 0, `${name}: of each line something is said`);
  }
  assert.ok(names.includes('gmail'), names.join(' '));
});
