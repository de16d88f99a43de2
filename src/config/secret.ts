import { basename, isAbsolute, join } from 'node:path';
import { Failure } from '../errors.ts';
import type { Environment } from '../util/environment.ts';
import { Secret } from '../util/secret.ts';
import type { PasswordSource } from './config.ts';
import { printedBy } from './secret-command.ts';
import { secretFile } from './secret-file.ts';

export interface SecretContext {
  /** Named in a prompt and in failures. */
  readonly account: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Whose password files may be trusted; undefined where the system has no owners. */
  readonly uid: number | undefined;
  /** Asks a person, hidden; undefined where nobody could answer (no terminal, `--no-input`). */
  readonly readPrompt: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** ms that a command may take; COMMAND_TIMEOUT unless a test says otherwise. */
  readonly commandTimeout?: number;
}

/** ms. Long enough for a key agent on a slow card, short enough that one account does not hold up the others. */
const COMMAND_TIMEOUT = 30_000;

/**
 * Gets the password from where the configuration says. Throws a Failure: `secret_unavailable` where it cannot be had
 * now (the command fails, nobody can be asked), `config` where it must not be used (others can read the file, it
 * holds a line end), the signal's reason when interrupted. No message ever holds what was found.
 */
export async function resolveSecret(
  source: PasswordSource,
  context: SecretContext,
): Promise<Secret> {
  const { value, origin } = await found(source, context);
  return new Secret(usable(value, origin));
}

interface Found {
  readonly value: string;
  /** What gave it, for messages. */
  readonly origin: string;
}

async function found(source: PasswordSource, context: SecretContext): Promise<Found> {
  switch (source.kind) {
    case 'literal':
      return { value: source.secret.reveal(), origin: 'the configuration' };
    case 'command':
      return command(source.argv, basename(source.argv[0] ?? ''), context);
    case 'shell':
      return command(['/bin/sh', '-c', source.line], 'the password command', context);
    case 'file':
      return { value: await secretFile(source.path, context), origin: source.path };
    case 'credential':
      return credential(source.name, context);
    case 'env':
      return variable(source.variable, context);
    case 'prompt':
      return prompt(context);
    default:
      return source satisfies never;
  }
}

async function command(
  argv: readonly string[],
  name: string,
  context: SecretContext,
): Promise<Found> {
  const timeout = context.commandTimeout ?? COMMAND_TIMEOUT;
  const value = await printedBy({ argv, name, env: context.env, timeout, signal: context.signal });
  return { value, origin: name };
}

async function credential(name: string, context: SecretContext): Promise<Found> {
  const folder = context.env.CREDENTIALS_DIRECTORY ?? '';
  if (!isAbsolute(folder))
    throw unavailable(
      '$CREDENTIALS_DIRECTORY is not set',
      `add LoadCredential=${name}:FILE to the systemd unit`,
    );
  // systemd made the folder and its modes: nobody but the service gets in.
  const value = await secretFile(join(folder, name), { signal: context.signal, uid: undefined });
  return { value, origin: `credential ${name}` };
}

function variable(name: string, { env }: SecretContext): Found {
  const value = env[name];
  if (value === undefined)
    throw unavailable(`environment variable ${name} is not set`, 'cron and systemd set few');
  return { value, origin: `environment variable ${name}` };
}

async function prompt({ account, readPrompt, signal }: SecretContext): Promise<Found> {
  if (readPrompt === undefined)
    throw unavailable(
      'there is nobody to ask for it',
      'run it on a terminal, or take the password from a command or a file',
    );
  const value = await readPrompt(`Password for ${account}: `, signal);
  return { value, origin: 'what was typed' };
}

/** A line end would end the command that carries the password, and begin another (RFC 1939 §3). */
function usable(value: string, origin: string): string {
  if (value === '') throw unavailable(`${origin} gave an empty password`);
  if (/[\r\n\0]/.test(value))
    throw new Failure('config', `the password from ${origin} holds a line end or NUL octet`, {
      hint: 'it must be one line',
    });
  return value;
}

function unavailable(reason: string, hint?: string): Failure {
  return new Failure('secret_unavailable', `no password: ${reason}`, {
    reason,
    ...(hint === undefined ? {} : { hint }),
  });
}
