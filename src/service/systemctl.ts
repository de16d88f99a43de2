import { spawnSync } from 'node:child_process';
import type { Environment } from '../util/environment.ts';

export type Answer =
  | { readonly kind: 'done'; readonly output: string }
  /** There is no such program. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly why: string };

/** ms. Starting a unit of ours takes no longer, and a bus that hangs should not hang us. */
const patience = 30_000;

/** Asks the user's systemd for something and waits. */
export function userSystemctl(words: readonly string[], env: Environment): Answer {
  return answerOf('systemctl', ['--user', ...words], env);
}

/** Whether the user's services go on when nobody is logged in; undefined where that cannot be told. */
export function lingers(uid: number | undefined, env: Environment): boolean | undefined {
  if (uid === undefined) return undefined;
  const words = ['show-user', String(uid), '--property=Linger', '--value'];
  const answer = answerOf('loginctl', words, env);
  if (answer.kind !== 'done') return undefined;
  const value = answer.output.trim();
  return value === '' ? undefined : value === 'yes';
}

function answerOf(program: string, words: readonly string[], env: Environment): Answer {
  const { error, status, stdout, stderr } = spawnSync(program, words, {
    env: { ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
  });
  if (error !== undefined) {
    const code = 'code' in error ? error.code : undefined;
    return code === 'ENOENT' ? { kind: 'absent' } : { kind: 'failed', why: error.message };
  }
  if (status === 0) return { kind: 'done', output: stdout };
  // What comes before is about other units.
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return { kind: 'failed', why: last === '' ? `${program} exited with ${status}` : last };
}
