import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PopfetchHome } from '../support/run-popfetch.ts';
import { filesOf } from './stored.ts';

/** Runs another fetcher with a home's HOME and nothing of the test's own environment but PATH. */
export function runPeer(program: string, args: readonly string[], home: PopfetchHome): string {
  const env = { PATH: process.env.PATH, HOME: home.path('home'), LOGNAME: 'joe', USER: 'joe' };
  const ran = spawnSync(program, args, { env: { ...env, LC_ALL: 'C' }, encoding: 'utf8' });
  const said = `${ran.stdout}${ran.stderr}`;
  assert.ok(ran.status === 0 || ran.status === 13, `${program}: ${ran.status}\n${said}`);
  return said;
}

/** An empty Maildir beside the home folder. */
export function newMaildir(home: PopfetchHome): string {
  const maildir = home.path('mail');
  for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, folder), { recursive: true });
  return maildir;
}

/** Subjects of all messages in a Maildir, sorted. */
export function subjectsIn(maildir: string): readonly string[] {
  return filesOf(maildir)
    .map((file) => /^Subject: (.*?)\r?$/m.exec(readFileSync(file, 'latin1'))?.[1] ?? '')
    .sort();
}
