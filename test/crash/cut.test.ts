import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PopfetchEvent } from '../../src/events.ts';
import { type PollAccount, poll } from '../../src/poll/poll.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wholeAccount } from '../support/whole-account.ts';

const texts = [1, 2, 3].map((n) => `Subject: ${n}\r\n\r\nbody ${n}\r\n..dots\r\n`);
const expected = texts.map((text) => text.replaceAll('\r\n', '\n')).sort();
/** Octets from one cut to the next, which are others in each session; each one with POPFETCH_LONG=1. */
const stride = process.env.POPFETCH_LONG === '1' ? 1 : 6;
const never = new AbortController().signal;

/** A session for every octet of a dialogue would take minutes as processes. */
function accountAt(server: MaildropServer, folder: string, keep: boolean): PollAccount {
  return wholeAccount({
    server,
    folder,
    keep,
    pipelining: 'auto',
    timeout: 5000,
    now: Date.now,
  });
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
