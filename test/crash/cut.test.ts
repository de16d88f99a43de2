import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { destinationOf } from '../../src/destination/kinds.ts';
import type { PopfetchEvent } from '../../src/events.ts';
import { type PollAccount, poll } from '../../src/poll/poll.ts';
import { pop3Source } from '../../src/source/pop3/source.ts';
import { openJournalStore } from '../../src/state/journal-seen-store.ts';
import { Secret } from '../../src/util/secret.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { plainPolicy } from '../support/policy.ts';
import { surroundingsIn } from '../support/surroundings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const texts = [1, 2, 3].map((n) => `Subject: ${n}\r\n\r\nbody ${n}\r\n..dots\r\n`);
const expected = texts.map((text) => text.replaceAll('\r\n', '\n')).sort();
/** Octets from one cut to the next, which are others in each session; each one with POPFETCH_LONG=1. */
const stride = process.env.POPFETCH_LONG === '1' ? 1 : 6;
const never = new AbortController().signal;

/** The real parts in this process: a session for every octet of a dialogue would take minutes as processes. */
function accountAt(server: MaildropServer, folder: string, keep: boolean): PollAccount {
  const { host, port, user, password } = server;
  const maildir = { kind: 'maildir', path: join(folder, 'Maildir'), label: 'Maildir/' } as const;
  return {
    name: 'a',
    source: pop3Source({
      host,
      port,
      tls: 'off',
      tlsSettings: { ca: undefined, fingerprint: undefined },
      user,
      password: () => Promise.resolve(new Secret(password)),
      timeout: 5000,
      pipelining: 'auto',
    }),
    destinationLabel: 'Maildir/',
    destination: (storeId) =>
      destinationOf(maildir, { account: 'a', storeId }, surroundingsIn(folder)),
    openStore: () =>
      openJournalStore({
        directory: join(folder, 'state'),
        account: 'a',
        now: Date.now,
        wait: 0,
        signal: never,
        lock: true,
      }),
    policy: { ...plainPolicy, keep },
    envelope: { account: 'a', host, user, protocol: 'POP3', trace: false },
  };
}

function visible(folder: string): readonly string[] {
  const names = readdirSync(join(folder, 'Maildir/new'));
  return names.map((name) => readFileSync(join(folder, 'Maildir/new', name), 'latin1')).sort();
}

for (const [keep, cutBy, from] of [
  [true, 'fin', 0],
  [false, 'fin', 2],
  [false, 'rst', 4],
] as const)
  test(`cut by ${cutBy} at octets all over a session (keep: ${keep}): nothing lost, twice or torn`, async () => {
    const messages = texts.map((content, index) => ({ uid: `u${index}`, content }));
    for (let cutAfter = from % stride, whole = false; !whole; cutAfter += stride) {
      await using server = await startMaildropServer({ messages, faults: { cutAfter, cutBy } });
      await using folder = await temporaryFolder();
      const account = accountAt(server, folder.path, keep);
      const events: PopfetchEvent[] = [];
      const context = {
        emit: (event: PopfetchEvent) => void events.push(event),
        stop: never,
        signal: never,
        now: Date.now,
      };
      const first = await poll(account, context);
      whole = first.failure === undefined;
      const place = `after ${cutAfter} octets`;
      for (const text of visible(folder.path))
        assert.ok(expected.includes(text), `${place}: a torn message is visible`);
      server.faults = {};
      const second = await poll(account, context);
      assert.equal(second.failure, undefined, `${place}: ${second.failure?.message}`);
      assert.deepEqual(visible(folder.path), expected, place);
      assert.equal(server.messages.length, keep ? 3 : 0, place);
    }
  });
