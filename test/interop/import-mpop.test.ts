import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dovecotMissing } from '../support/dovecot.ts';
import { users } from './accounts.ts';
import { assertTakenOver, runIn } from './taking-over.ts';
import { missing } from './user-of-own.ts';

const skip = dovecotMissing() ?? missing('mpop', 'mpop') ?? false;

test('what mpop has fetched is not fetched again, and all else is', { skip }, async () => {
  const said = await assertTakenOver({
    tool: 'mpop',
    files: ({ server, mail }) => ({
      '.mpoprc': `defaults
keep on

account shared
host 127.0.0.1
port ${server.pop3Port}
auth user
eval echo delivery maildir ${mail}

account ann : shared
  user "ann"
password ${users.ann}
account default : ann
`,
    }),
    fetch: async ({ home }) => runIn(home, ['mpop', '-Q']),
  });
  assert.match(said, /^ann: ann at 127\.0\.0\.1 \(new\), 5 messages seen$/m);
  assert.match(said, /account default is another name of ann/);
});
