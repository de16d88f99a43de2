import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Dovecot, serverAccount, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { smallMessage, users } from './accounts.ts';
import { filesOf } from './stored.ts';

/** Where a predecessor is at work. */
export interface Workplace {
  readonly server: Dovecot;
  /** Its home folder. */
  readonly home: string;
  /** The Maildir that it is to fetch ann's mail into. */
  readonly mail: string;
}

export interface Predecessor {
  readonly tool: string;
  /** Sets it up. */
  readonly files: (at: Workplace) => Readonly<Record<string, string>>;
  /** Fetches what is there into the Maildir, and leaves it on the server. */
  readonly fetch: (at: Workplace) => Promise<void>;
}

/**
 * A predecessor fetches what is there, and more comes: popfetch takes over what it was set up for, and fetches what it has
 * not fetched and nothing else. Resolves with what the import said.
 */
export async function assertTakenOver({ tool, files, fetch }: Predecessor): Promise<string> {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const at = { server, home: home.path('home'), mail: home.path('home', 'Maildir') };
  for (const folder of ['cur', 'new', 'tmp']) mkdirSync(join(at.mail, folder), { recursive: true });
  const messages = Array.from({ length: 10 }, (_, number) => smallMessage(number + 1));
  server.seed('ann', messages.slice(0, 5));
  writeFiles(at.home, files(at));
  await fetch(at);
  const fetched = (await server.sessions('ann', 1)).length;
  server.seed('ann', messages.slice(5));

  const told = await home.run(['import', tool, '--yes']);
  assert.equal(told.status, 0, told.stderr);
  const again = await home.run(['import', tool, '--yes']);
  assert.match(again.stdout, /nothing to do/, again.stderr);
  const configuration = readFileSync(home.configFile, 'utf8');
  assert.ok(!configuration.includes(users.ann), 'no password was copied');
  // As one who is not asked: a password that stands nowhere.
  writeFileSync(home.configFile, configuration.replace('prompt: true', 'env: PASSWORD'));

  const once = await home.run(['--once'], { env: { PASSWORD: users.ann } });
  assert.equal(once.status, 0, once.stderr);
  assert.match(once.stdout, / 5 new/);
  const last = (await server.sessions('ann', fetched + 1)).at(-1);
  assert.deepEqual([last?.retrieved, last?.deleted], [5, 0]);
  const subjects = filesOf(at.mail).map(
    (file) => /^Subject: (.*)/m.exec(readFileSync(file, 'utf8'))?.[1],
  );
  assert.equal(subjects.length, 10);
  assert.deepEqual(new Set(subjects), new Set(messages.map(({ name }) => name)));
  assert.equal((await server.read('ann')).length, 10, 'all of it is still there');
  return told.stdout;
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
}

/** Runs a predecessor, which must not be root to deliver mail: as root, as another user whose home folder it is so long. */
export function runIn(home: string, [program = '', ...args]: readonly string[]): void {
  const isRoot = process.getuid?.() === 0;
  const { uid, gid } = serverAccount();
  if (isRoot) {
    chmodSync(dirname(home), 0o711);
    own(home, uid, gid);
  }
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, LC_ALL: 'C' },
    encoding: 'utf8',
    ...(isRoot && { uid, gid }),
  });
  if (isRoot) own(home, 0, 0);
  assert.equal(status, 0, stdout + stderr);
}

function own(folder: string, uid: number, gid: number): void {
  for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), uid, gid);
}
