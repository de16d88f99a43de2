import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { openSession, retrieveAll } from './support.ts';

/** The compiled tests lie elsewhere than their fixtures; both are below the folder of package.json. */
let root = import.meta.dirname;
while (!existsSync(join(root, 'package.json'))) root = dirname(root);
const folder = join(root, 'test/fixtures/transcripts');

function scriptOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const line of readFileSync(path, 'latin1').split('\n')) {
    if (line.startsWith('C: ')) steps.push({ expect: line.slice(3) });
    if (line.startsWith('S: ')) steps.push({ send: `${line.slice(3)}\r\n` });
  }
  return steps;
}

const whole = 'Subject: one\r\n\r\n.dot\r\nhello\r\n';

for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!path.endsWith('.txt')) continue;
  test(`a session goes by the transcript ${path}`, async () => {
    await using server = await startScriptedServer(scriptOf(join(folder, path)));
    await using session = await openSession(server);
    const fetched = await retrieveAll(session);
    assert.equal([...fetched.values()][0], whole);
    assert.equal(session.retrievalRemoves, path.startsWith('gmail'));
    await session.quit();
    assert.deepEqual(server.surprises, []);
  });
}
