import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pop3Source } from '../../../src/source/pop3/source.ts';
import type { SourceSession } from '../../../src/source/source.ts';
import { type MaildropServer, startMaildropServer } from '../../support/maildrop-server.ts';
import { never, retrieveAll, settingsFor } from './support.ts';

const refused = '-ERR [UTF8] this message takes UTF8 mode';
const usual = ['UIDL', 'USER'];

async function twoSessions(
  server: MaildropServer,
  look: (session: SourceSession, index: number) => void,
): Promise<string[][]> {
  const source = pop3Source(settingsFor(server));
  for (const index of [0, 1]) {
    await using session = await source.open({ signal: never });
    await retrieveAll(session);
    look(session, index);
  }
  return server.sessions.map(({ commands }) => commands.slice(0, 3));
}

const messages = [{ uid: 'a', content: 'x\r\n' }];

test('a message that takes UTF8 mode is asked for in the next session, which begins in it', async () => {
  await using server = await startMaildropServer({
    messages,
    capabilities: [...usual, 'UTF8'],
    faults: { answers: { 'RETR 1': refused, UTF8: '+OK' } },
  });
  const heard = await twoSessions(server, (session, index) => {
    assert.equal(
      session.wantsAnother,
      index === 0,
      'a second refusal is not met with a third session',
    );
  });
  assert.deepEqual(heard, [
    ['CAPA', 'USER joe', 'PASS tanstaaf-5'],
    ['CAPA', 'UTF8', 'USER joe'],
  ]);
});

test('a server that refuses UTF8 mode is logged in to without it', async () => {
  await using server = await startMaildropServer({
    messages,
    capabilities: [...usual, 'UTF8'],
    faults: { answers: { 'RETR 1': refused, UTF8: '-ERR no' } },
  });
  const heard = await twoSessions(server, () => {});
  assert.deepEqual(heard[1], ['CAPA', 'UTF8', 'USER joe']);
});

test('no server gets UTF8 that does not offer it, or of which no message needs it', async () => {
  for (const [capabilities, answer] of [
    [usual, refused],
    [[...usual, 'UTF8'], '-ERR gone'],
  ] as const) {
    const answers = { 'RETR 1': answer };
    await using server = await startMaildropServer({ messages, capabilities, faults: { answers } });
    const heard = await twoSessions(server, (session) => assert.equal(session.wantsAnother, false));
    assert.ok(!heard.flat().includes('UTF8'));
  }
});
