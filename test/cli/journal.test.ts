import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

test('the journal is told of a failure once, with -v as without', async () => {
  const messages = ['one', 'two'].map((uid) => ({ uid, content: `Subject: ${uid}\r\n\r\nHi\r\n` }));
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const { host, port, user } = server;
  home.configure({ accounts: { a: { host, port, user, password: 'wrong', tls: 'off' } } });
  const inJournal = { stderrIsJournal: () => true };
  const told = async (...args: readonly string[]) => {
    const { stderr } = await runInProcess(home, args, Date.now, inJournal);
    return stderr.split('\n').filter((line) => line.includes('login refused'));
  };
  assert.deepEqual(await told('--once', 'a'), ['a      FAIL  login refused by 127.0.0.1']);
  const [line = '', ...more] = await told('--once', '-v', 'a');
  assert.match(line, /^<3>level=error msg="login refused by 127\.0\.0\.1" .*account=a /);
  assert.deepEqual(more, []);
});
