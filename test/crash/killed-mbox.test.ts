import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { messagesIn } from '../destination/mbox/place.ts';
import { effectsOf, killAndRerun } from '../support/killing.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

/** Every point is tried with POPFETCH_LONG=1, two of seven otherwise, one with either `keep`. */
const everyPoint = process.env.POPFETCH_LONG === '1';
const texts = [1, 2, 3].map((n) => `Subject: number ${n}\n\nFrom ${n} of three\nlast line ${n}\n`);
const before = 'From o Sun Nov 22 06:00:00 2026\nSubject: there before\n\n';
const behind = 'From o Sun Nov 22 07:00:00 2026\nSubject: behind\n\n';
const expected = [...texts, 'Subject: there before\n', 'Subject: behind\n'].sort();

interface Scene extends AsyncDisposable {
  readonly home: PopfetchHome;
  readonly server: MaildropServer;
  readonly mbox: string;
}

async function sceneWith(keep: boolean): Promise<Scene> {
  const messages = texts.map((text, n) => ({
    uid: `uid-${n}`,
    content: text.replaceAll('\n', '\r\n'),
  }));
  const server = await startMaildropServer({ messages });
  const home = await PopfetchHome.create();
  const mbox = home.path('mail', 'inbox');
  mkdirSync(dirname(mbox));
  writeFileSync(mbox, before, { mode: 0o600 });
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, deliver: mbox, keep, trace: false };
  home.configure({ accounts: { a: account } });
  return {
    home,
    server,
    mbox,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function effectsOfOneRun(keep: boolean): Promise<readonly string[]> {
  await using scene = await sceneWith(keep);
  // Not without await: the home is removed when this function is left.
  return await effectsOf(scene.home);
}

/** Another program writes between the crash and the rerun, as procmail would. */
async function troubleAt(point: number, keep: boolean): Promise<string | undefined> {
  await using scene = await sceneWith(keep);
  const { home, server, mbox } = scene;
  const trouble = await killAndRerun(home, point, () => appendFileSync(mbox, behind));
  if (trouble !== undefined) return trouble;
  const found = messagesIn(readFileSync(mbox, 'latin1')).sort();
  if (JSON.stringify(found) !== JSON.stringify(expected))
    return `found ${JSON.stringify(found)} instead`;
  const beside = readdirSync(dirname(mbox));
  if (beside.length > 1) return `left beside it: ${beside.join(', ')}`;
  const spool = readdirSync(home.path('state', 'accounts', 'a', 'spool'));
  if (spool.length > 0) return `left in the spool: ${spool.join(', ')}`;
  if (server.messages.length !== (keep ? 3 : 0)) return `${server.messages.length} on the server`;
  return undefined;
}

for (const keep of [true, false])
  test(`killed with SIGKILL at every effect of delivering to an mbox (keep: ${keep}), the rerun has all exactly once`, async () => {
    const effects = await effectsOfOneRun(keep);
    for (const name of ['open', 'linkSync', 'writeSync'])
      assert.ok(effects.includes(name), `${name} is among ${effects.join(' ')}`);
    const last = 2 * effects.length;
    const points = Array.from({ length: last }, (_, index) => index + 1).filter(
      (point) => everyPoint || point % 7 === (keep ? 0 : 3),
    );
    const troubles: string[] = [];
    const lane = async () => {
      for (let point = points.pop(); point !== undefined; point = points.pop()) {
        const trouble = await troubleAt(point, keep);
        const effect = effects[Math.ceil(point / 2) - 1];
        if (trouble) troubles.push(`killed at point ${point} (${effect}): ${trouble}`);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    assert.deepEqual(troubles, []);
  });
