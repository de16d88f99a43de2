import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { AuthMethod } from '../../../src/source/pop3/settings.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { openSession, retrieveAll } from './support.ts';

/** The compiled tests lie elsewhere than their fixtures; both are below the folder of package.json. */
let root = import.meta.dirname;
while (!existsSync(join(root, 'package.json'))) root = dirname(root);
const folder = join(root, 'test/fixtures/transcripts');

function scriptOf(path: string, bytewise: boolean): Step[] {
  const steps: Step[] = [];
  for (const line of readFileSync(path, 'latin1').split('\n')) {
    if (line.startsWith('C: ')) steps.push({ expect: line.slice(3) });
    if (line.startsWith('S: ')) steps.push({ send: `${line.slice(3)}\r\n`, bytewise });
  }
  return steps;
}

const whole = 'Subject: one\r\n\r\n.dot\r\nhello\r\n';

/** What is not as in the other sessions. */
const particulars: Readonly<
  Record<string, { readonly content?: string; readonly auth?: AuthMethod; readonly removes?: true }>
> = {
  gmail: { removes: true },
  outlook: { auth: 'xoauth2' },
  // QUIRK: it puts a blank line behind every message, which is not ours to take away.
  'qmail-pop3d': { content: `${whole}\r\n` },
};

for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!path.endsWith('.txt')) continue;
  const { content = whole, auth = 'auto', removes = false } = particulars[dirname(path)] ?? {};
  for (const bytewise of [false, true]) {
    const how = bytewise ? ', octet by octet' : '';
    test(`a session goes by the transcript ${path}${how}`, async () => {
      await using server = await startScriptedServer(scriptOf(join(folder, path), bytewise));
      await using session = await openSession(server, { auth });
      const fetched = await retrieveAll(session);
      assert.equal([...fetched.values()][0], content);
      assert.equal(session.retrievalRemoves, removes);
      await session.quit();
      assert.deepEqual(server.surprises, []);
    });
  }
}
