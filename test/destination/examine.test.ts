import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { examineDestinations } from '../../src/destination/examine.ts';
import type { KindSettings, SingleSettings } from '../../src/destination/kinds.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const surroundings = {
  env: { PATH: '/usr/bin:/bin' },
  user: { name: 'joe', home: '/' },
  hostname: 'here',
  signal: new AbortController().signal,
};

async function found(settings: KindSettings): Promise<string> {
  const all = await examineDestinations(settings, surroundings);
  return all.map(({ state, failure }) => failure?.facts.reason ?? state).join('; ');
}

const maildir = (path: string) => ({ kind: 'maildir', path, label: 'it' }) as const;
const mbox = (path: string) => ({ kind: 'mbox', path, label: 'it' }) as const;
const pipe = (...argv: readonly string[]): SingleSettings => ({
  kind: 'pipe',
  label: 'it',
  command: { argv },
  timeout: 1000,
  concurrency: 1,
  ifUnsure: 'hold',
});

test('a Maildir is ready, or to be made, or something else; nothing is made', async () => {
  await using folder = await temporaryFolder();
  const at = (...names: readonly string[]) => join(folder.path, ...names);
  assert.equal(await found(maildir(at('new', 'Maildir'))), 'to be made');
  mkdirSync(at('other', 'things'), { recursive: true });
  assert.match(await found(maildir(at('other'))), /other things in it/);
  writeFileSync(at('file'), '');
  assert.match(await found(maildir(at('file'))), /is a file/);
  assert.match(await found(maildir(at('file', 'below'))), /is not a folder|not a folder/);
  for (const name of ['tmp', 'new', 'cur']) mkdirSync(at('Maildir', name), { recursive: true });
  assert.equal(await found(maildir(at('Maildir'))), 'ready');
  assert.deepEqual(readdirSync(folder.path).sort(), ['Maildir', 'file', 'other']);
});

test('an mbox is ready, or to be made, or something else; its links are followed', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  assert.equal(await found(mbox(at('inbox'))), 'to be made');
  mkdirSync(at('folder'));
  assert.match(await found(mbox(at('folder'))), /is a folder/);
  writeFileSync(at('inbox'), '');
  symlinkSync('inbox', at('link'));
  assert.equal(await found(mbox(at('link'))), 'ready');
  writeFileSync(at('inbox.lock'), '4242\n');
  const [locked] = await examineDestinations(mbox(at('link')), surroundings);
  assert.equal(locked?.lockedBy, 4242);
});

test('a command is there, or is not; of several destinations each is told', async () => {
  await using folder = await temporaryFolder();
  const parts = [pipe('cat'), pipe('no-such-program'), pipe(folder.path)];
  const several = { kind: 'several', label: 'all', parts } as const;
  assert.equal(await found(several), 'ready; no such program; not a program');
});
