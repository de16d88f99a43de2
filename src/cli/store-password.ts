import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { Failure } from '../errors.ts';
import type { PasswordPlace } from '../init/password-place.ts';
import { runCommand } from '../util/command.ts';
import type { Environment } from '../util/environment.ts';
import { LastLine } from '../util/last-line.ts';
import type { Secret } from '../util/secret.ts';

/** ms. A key agent may ask for a passphrase first. */
const patience = 120_000;

/** Puts a password that was typed there where it was wished. Throws a Failure where that does not work. */
export async function storePassword(
  { typed, store }: PasswordPlace,
  env: Environment,
  signal: AbortSignal,
): Promise<void> {
  if (typed === undefined || store === undefined) return;
  if (store.kind === 'file') await writeSecret(store.path, typed);
  else await hand(typed, store.argv, { env, signal });
}

/** Whether a program is found where the shell would look for it. */
export function isInstalled(program: string, { PATH = '' }: Environment): boolean {
  return PATH.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

async function writeSecret(path: string, secret: Secret): Promise<void> {
  await makeDirectory(dirname(path), 0o700);
  await replaceFile(path, Buffer.from(`${secret.reveal()}\n`), 0o600);
}

async function hand(
  secret: Secret,
  argv: readonly string[],
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal },
): Promise<void> {
  const complaint = new LastLine();
  const end = await runCommand({
    argv,
    env,
    input: secret.reveal(),
    stdout: () => undefined,
    stderr: (chunk) => complaint.add(chunk),
    timeout: patience,
    signal,
    grace: 0,
  });
  if (end.kind === 'exited' && end.status === 0) return;
  const said = complaint.text === undefined ? '' : `: ${complaint.text}`;
  throw new Failure('secret_unavailable', `${argv[0]} did not take the password${said}`, {
    hint: 'nothing was written; choose another place for it',
  });
}
