import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dovecotMissing } from '../support/dovecot.ts';
import { users } from './accounts.ts';
import { assertTakenOver, runIn } from './taking-over.ts';
import { missing } from './user-of-own.ts';

const skip = dovecotMissing() ?? missing('fetchmail', 'fetchmail') ?? false;

test('what fetchmail has fetched is not fetched again, and all else is', { skip }, async () => {
  const said = await assertTakenOver({
    tool: 'fetchmail',
    files: ({ server, mail }) => ({
      '.fetchmailrc': `# As people write them.
set no bouncemail
defaults proto pop3, timeout 60 and options keep
poll home.example via 127.0.0.1 port ${server.pop3Port} with uidl:
  user "ann" there with pass "${users.ann}" is "joe" here
  and wants mda 'cat > $(mktemp ${mail}/new/XXXXXX)' sslproto ''
`,
    }),
    fetch: async ({ home }) => runIn(home, ['fetchmail', '--nodetach', '--nosyslog']),
  });
  assert.match(said, /^home\.example: ann at 127\.0\.0\.1 \(new\), 5 messages seen$/m);
});
