import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { effectsOf, killAndRerun } from '../support/killing.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

/**
 * Every point is tried with POPFETCH_LONG=1, two of five otherwise, one with either `keep` (but always those around the
 * order itself). Odd points are before an effect, even ones behind it.
 */
const everyPoint = process.env.POPFETCH_LONG === '1';
const texts = [1, 2, 3].map(
  (n) => `Subject: number ${n}\r\n\r\n..${n} of three\r\nlast line ${n}\r\n`,
);

async function maildrop(): Promise<MaildropServer> {
  const messages = texts.map((text, index) => ({ uid: `uid-${index + 1}`, content: text }));
  return startMaildropServer({ messages });
}

function configure(home: PopfetchHome, server: MaildropServer, keep: boolean): void {
  const { host, port, user, password } = server;
  const deliver = home.path('Maildir/');
  const account = { host, port, tls: 'off', user, password, deliver, keep, trace: false };
  home.configure({ accounts: { a: account } });
}

/** What the mail reader sees, sorted. */
function visible(home: PopfetchHome): readonly string[] {
  const folder = home.path('Maildir', 'new');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .sort();
}

const expected = texts.map((text) => text.replaceAll('\r\n', '\n')).sort();

async function effectsOfOneRun(keep: boolean): Promise<readonly string[]> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, keep);
  // Not without await: the home is removed when this function is left.
  return await effectsOf(home);
}

async function troubleAt(point: number, keep: boolean): Promise<string | undefined> {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, keep);
  const trouble = await killAndRerun(home, point);
  if (trouble !== undefined) return `point ${point}: ${trouble}`;
  const found = visible(home);
  if (JSON.stringify(found) !== JSON.stringify(expected))
    return `point ${point}: ${found.length} messages instead of 3, or damaged ones: ${JSON.stringify(found)}`;
  const left = readdirSync(home.path('Maildir', 'tmp'));
  if (left.length > 0) return `point ${point}: tmp/ still holds ${left.join(', ')}`;
  if (server.messages.length !== (keep ? 3 : 0))
    return `point ${point}: ${server.messages.length} messages on the server`;
  return undefined;
}

for (const keep of [true, false])
  test(`killed with SIGKILL before and after every durable effect (keep: ${keep}), the rerun has all exactly once`, async () => {
    const effects = await effectsOfOneRun(keep);
    const essential = keep ? ['open', 'fsync', 'renameSync', 'fdatasync'] : ['DELE+QUIT'];
    for (const name of essential)
      assert.ok(effects.includes(name), `${name} is among ${effects.join(' ')}`);
    const last = 2 * effects.length;
    const points = Array.from({ length: last }, (_, index) => index + 1).filter(
      (point) => everyPoint || point % 5 === (keep ? 0 : 2) || point > last - 12,
    );
    const troubles: string[] = [];
    const lane = async () => {
      for (let point = points.pop(); point !== undefined; point = points.pop()) {
        const trouble = await troubleAt(point, keep);
        if (trouble) troubles.push(`${trouble} (effects: ${effects[Math.ceil(point / 2) - 1]})`);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    assert.deepEqual(troubles, []);
  });
