import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { type NewAccount, withAccounts } from '../config/append-account.ts';
import type { AccountConfig } from '../config/config.ts';
import { workingDirectory } from '../config/explorer.ts';
import { parseConfig } from '../config/parse.ts';
import { newFile, whereabouts } from '../config/places.ts';
import { problemText, shortPath } from '../config/problem-text.ts';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { Failure } from '../errors.ts';
import type { GlobalOptions } from './args/global.ts';
import { load, problemOf } from './configuration.ts';
import { usage } from './usage.ts';
import type { World } from './world.ts';

/** The configuration that accounts are to be added to, as it was read. */
export interface ConfigurationFile {
  /** The file itself, behind symbolic links. It need not exist. */
  readonly path: string;
  /** How people are told of it. */
  readonly shown: string;
  /** Empty where there is none yet. */
  readonly text: string;
  readonly accounts: readonly AccountConfig[];
}

/**
 * The configuration in use or, where there is none, the one that would be found first. Throws a Failure
 * with code `config` where it is there and wrong: it is not made worse.
 */
export async function configurationFile(
  global: Pick<GlobalOptions, 'configFile'>,
  world: World,
): Promise<ConfigurationFile> {
  const path = missingFile(global, world);
  if (path !== undefined)
    return { path, shown: shortPath(path, world.home), text: '', accounts: [] };
  const loaded = await load(global, world);
  if (loaded.kind === 'none') {
    const fresh = newFile(world.env, world.home);
    return { path: fresh, shown: shortPath(fresh, world.home), text: '', accounts: [] };
  }
  const real = realpathSync(loaded.path);
  const file = { path: real, shown: shortPath(loaded.path, world.home), text: textOf(real) };
  if (loaded.kind === 'config') return { ...file, accounts: loaded.config.accounts };
  if (isBlank(file.text)) return { ...file, accounts: [] };
  throw new Failure('config', problemOf(loaded, world), {
    hint: 'popfetch config check shows what is wrong with it; nothing was changed',
  });
}

/** What the file will say, and how the program reads it. Throws a Failure with code `config` where that is wrong. */
export function extended(
  file: ConfigurationFile,
  accounts: readonly NewAccount[],
  { program, home }: Pick<World, 'program' | 'home'>,
): { readonly text: string; readonly added: readonly AccountConfig[] } {
  const { path, shown } = file;
  const before = file.text === '' ? head(path, program) : file.text;
  const text = withAccounts(before, accounts);
  const parsed = parseConfig(text, path, { home });
  if (parsed.kind === 'problems')
    throw new Failure('config', problemText(parsed.problems, home).trimEnd(), {
      hint: `${shown} was not changed`,
    });
  const names = new Set(accounts.map(({ name }) => name));
  return { text, added: parsed.config.accounts.filter(({ name }) => names.has(name)) };
}

/** Replaces the file as a whole or not at all; its mode stays, a new one is for its owner only. */
export async function writeConfiguration(file: ConfigurationFile, text: string): Promise<void> {
  const { path, shown } = file;
  const isThere = existsSync(path);
  if ((isThere ? textOf(path) : '') !== file.text)
    throw new Failure('config', `${shown} was changed in the meantime`, { hint: 'start again' });
  await makeDirectory(dirname(path), 0o700);
  const mode = isThere ? statSync(path).mode & 0o777 : 0o600;
  await replaceFile(path, Buffer.from(text), mode);
}

/** Where `-c` leads, if nothing is there. */
function missingFile(
  { configFile }: Pick<GlobalOptions, 'configFile'>,
  { env, home }: World,
): string | undefined {
  const asked = { file: configFile, env, home, etc: '/etc', workingDirectory: workingDirectory() };
  const where = whereabouts(asked);
  if (where.kind === 'stdin') throw usage('-c - is for reading only: an account goes into a file');
  return where.kind === 'named' && !existsSync(where.path) ? where.path : undefined;
}

/** Comments and empty lines only. */
function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Tells editors what the keys are: the schema lies beside the program. JSON has no comments. */
function head(path: string, program: readonly string[]): string {
  const schema = join(dirname(program.at(-1) ?? ''), '..', 'dist', 'popfetch.schema.json');
  if (extname(path) === '.json') return '{}';
  return `# yaml-language-server: $schema=${schema}\n`;
}
