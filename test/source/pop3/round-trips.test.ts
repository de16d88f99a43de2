import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../../support/maildrop-server.ts';
import { messagesOf, never, openSession } from './support.ts';

/** What is done with three new messages, or with none. */
type Poll = 'nothing new' | 'three kept' | 'three deleted';

/** Commands that went out together, and behind each bar those that waited for the answers: a round trip each. */
const expected: readonly {
  readonly server: string;
  readonly capabilities: readonly string[];
  readonly polls: Readonly<Record<Poll, string>>;
}[] = [
  {
    server: 'with PIPELINING',
    capabilities: ['SASL PLAIN', 'UIDL', 'PIPELINING'],
    polls: {
      'nothing new': 'CAPA | AUTH | CAPA STAT LIST UIDL | QUIT',
      'three kept': 'CAPA | AUTH | CAPA STAT LIST UIDL | RETR RETR RETR NOOP | QUIT',
      'three deleted':
        'CAPA | AUTH | CAPA STAT LIST UIDL | RETR RETR RETR NOOP | DELE DELE DELE QUIT',
    },
  },
  {
    server: 'without PIPELINING',
    capabilities: ['SASL PLAIN', 'UIDL'],
    polls: {
      'nothing new': 'CAPA | AUTH | CAPA | STAT | LIST | UIDL | QUIT',
      'three kept': 'CAPA | AUTH | CAPA | STAT | LIST | UIDL | RETR | RETR | RETR | NOOP | QUIT',
      'three deleted':
        'CAPA | AUTH | CAPA | STAT | LIST | UIDL | RETR | RETR | RETR | NOOP | DELE | DELE | DELE | QUIT',
    },
  },
];

for (const { server: kind, capabilities, polls } of expected)
  for (const poll of ['nothing new', 'three kept', 'three deleted'] as const)
    test(`a session over TLS with ${poll}, on a server ${kind}, takes no round trip too many`, async () => {
      const messages = messagesOf(3);
      await using server = await startMaildropServer({ tls: 'on', capabilities, messages });
      await run(server, poll);
      assert.equal(groupsOf(server).join(' | '), polls[poll]);
    });

test('deletions that fill several windows wait for room there, and QUIT goes with the last', async () => {
  const messages = messagesOf(1200, 1);
  await using server = await startMaildropServer({ messages });
  await using session = await openSession(server);
  for (const ref of (await session.list()).messages) session.delete(ref);
  const { deleted } = await session.quit();
  assert.equal(deleted.length, messages.length);
  assert.deepEqual(server.messages, []);
  assert.match(groupsOf(server).at(-1) ?? '', /^DELE( DELE)* QUIT$/);
});

async function run(server: MaildropServer, poll: Poll): Promise<void> {
  await using session = await openSession(server, { tls: 'on' });
  const { messages } = await session.list();
  if (poll !== 'nothing new') {
    const refs = [];
    for await (const { ref } of session.retrieve(messages, never)) refs.push(ref);
    if (poll === 'three deleted') for (const ref of refs) session.delete(ref);
  }
  await session.quit();
}

/** The verbs of each segment that the server received. */
function groupsOf({ sessions }: MaildropServer): readonly string[] {
  const [log] = sessions;
  assert.ok(log !== undefined);
  const verbs = log.commands.map((line) => line.split(' ', 1)[0]);
  return log.segments.map((count) => verbs.splice(0, count).join(' '));
}
