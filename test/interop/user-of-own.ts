import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Words that run a command as a user who is at home in `home`: procmail and maildrop go by the password file, whatever
 * HOME says. It is a mount name space, in which another password file and another mail spool lie over the system's.
 */
export function atHomeIn(home: string): string[] {
  const passwd = join(home, 'passwd');
  const spool = join(home, 'var-mail');
  mkdirSync(spool, { recursive: true });
  writeFileSync(passwd, `jdoe:x:0:0::${home}:/bin/sh\n`);
  const mount =
    'mount --bind "$0" /etc/passwd && mount --bind "$1" /var/mail && shift && exec "$@"';
  return [...unshare(), 'sh', '-c', mount, passwd, spool];
}

/** Why that does not work here; undefined when it does. */
export function noUserOfOwn(home: string): string | undefined {
  const [program, ...args] = [...atHomeIn(home), 'true'];
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : `a user of its own cannot be made here: ${stderr.trim()}`;
}

/** Undefined when the program is installed. */
export function missing(program: string, debianPackage: string): string | undefined {
  const { error } = spawnSync(program, ['-v'], { stdio: 'ignore' });
  if (error === undefined) return undefined;
  return `${program} is not installed; on Debian: apt-get install ${debianPackage}`;
}

export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

export async function run(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Ended> {
  const [program = '', ...args] = words;
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await once(child, 'close');
  return { status: child.exitCode, output };
}

/** As root there is no other user to become in the name space's eyes. */
function unshare(): string[] {
  return process.getuid?.() === 0
    ? ['unshare', '--mount']
    : ['unshare', '--mount', '--map-root-user'];
}
