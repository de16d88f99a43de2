import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pop3Settings } from '../../../src/source/pop3/settings.ts';
import { pop3Source } from '../../../src/source/pop3/source.ts';
import type { SourceSession } from '../../../src/source/source.ts';
import { Secret } from '../../../src/util/secret.ts';
import { type MaildropServer, startMaildropServer } from '../../support/maildrop-server.ts';

const never = new AbortController().signal;

function settingsFor(server: MaildropServer, more: Partial<Pop3Settings> = {}): Pop3Settings {
  return {
    host: server.host,
    port: server.port,
    tls: 'off',
    tlsSettings: { ca: server.ca, fingerprint: undefined },
    user: server.user,
    password: () => Promise.resolve(new Secret(server.password)),
    timeout: 5000,
    pipelining: 'auto',
    ...more,
  };
}

async function fetchAll(session: SourceSession): Promise<Map<string, string>> {
  const fetched = new Map<string, string>();
  const { messages } = await session.list();
  for await (const retrieval of session.retrieve(messages, never)) {
    assert.equal(retrieval.kind, 'message');
    if (retrieval.kind !== 'message') continue;
    const slices: Uint8Array[] = [];
    for await (const slice of retrieval.content) slices.push(Uint8Array.from(slice));
    fetched.set(retrieval.ref.uid, Buffer.concat(slices).toString('latin1'));
  }
  return fetched;
}

const three = [1, 2, 3].map((n) => ({
  uid: `u${n}`,
  content: `Subject: ${n}\r\n\r\n.dot\r\n${n}\r\n`,
}));

for (const tls of ['off', 'on', 'starttls'] as const) {
  for (const pipelining of ['auto', 'off'] as const) {
    test(`a maildrop is listed, retrieved and emptied (tls ${tls}, pipelining ${pipelining})`, async () => {
      await using server = await startMaildropServer({ messages: three, tls });
      await using session = await pop3Source(settingsFor(server, { tls, pipelining })).open({
        signal: never,
      });
      assert.deepEqual(
        [...(await fetchAll(session))],
        three.map(({ uid, content }) => [uid, content]),
      );
      const listing = await session.list();
      for (const ref of listing.messages.slice(0, 2)) session.delete(ref);
      const outcome = await session.quit();
      assert.equal(outcome.deleted.length, 2);
      assert.deepEqual(
        server.messages.map(({ uid }) => uid),
        ['u3'],
      );
    });
  }
}
