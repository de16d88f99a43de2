import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { messagesIn } from '../destination/mbox/place.ts';
import { effectsOf, killAndRerun } from '../support/killing.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

/** Every point is tried with POPFETCH_LONG=1, every few of them otherwise. */
const stride = process.env.POPFETCH_LONG === '1' ? 1 : 9;
const texts = [1, 2, 3].map((n) => `Subject: number ${n}\r\n\r\nFrom ${n} of three\r\nlast\r\n`);
const expected = texts.map((text) => text.replaceAll('\r\n', '\n')).sort();

type Second = 'Other/' | 'mbox';

function maildrop(): Promise<MaildropServer> {
  const messages = texts.map((content, index) => ({ uid: `uid-${index + 1}`, content }));
  return startMaildropServer({ messages });
}

function configure(home: PopfetchHome, server: MaildropServer, second: Second): void {
  const { host, port, user, password } = server;
  const deliver = [home.path('Maildir/'), home.path(second)];
  const account = { host, port, tls: 'off', user, password, deliver, keep: false, trace: false };
  home.configure({ accounts: { a: account } });
}

function inMaildir(home: PopfetchHome, name: string): readonly string[] {
  const folder = home.path(name, 'new');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'latin1'))
    .sort();
}

function inSecond(home: PopfetchHome, second: Second): readonly string[] {
  if (second === 'Other/') return inMaildir(home, second);
  const file = home.path(second);
  return existsSync(file) ? messagesIn(readFileSync(file, 'latin1')).sort() : [];
}

async function effectsOfOneRun(second: Second): Promise<readonly string[]> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, second);
  // Not without await: the home is removed when this function is left.
  return await effectsOf(home);
}

async function troubleAt(point: number, second: Second): Promise<string | undefined> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, second);
  const trouble = await killAndRerun(home, point);
  if (trouble !== undefined) return `point ${point}: ${trouble}`;
  for (const found of [inMaildir(home, 'Maildir'), inSecond(home, second)])
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return `point ${point}: not each message exactly once: ${JSON.stringify(found)}`;
  if (server.messages.length > 0) return `point ${point}: ${server.messages.length} on the server`;
  return undefined;
}

for (const second of ['Other/', 'mbox'] as const)
  test(`killed while it delivers to a Maildir and ${second}, the rerun has all exactly once in both`, async () => {
    const effects = await effectsOfOneRun(second);
    const last = 2 * effects.length;
    const points = Array.from({ length: last }, (_, index) => index + 1).filter(
      (point) => point % stride === 0 || point === last,
    );
    const troubles: string[] = [];
    const lane = async () => {
      for (let point = points.pop(); point !== undefined; point = points.pop()) {
        const trouble = await troubleAt(point, second);
        if (trouble) troubles.push(`${trouble} (effects: ${effects[Math.ceil(point / 2) - 1]})`);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    assert.deepEqual(troubles, []);
  });
