import path from 'node:path';
import { Failure } from '../../errors.ts';
import { existing, fromHome, readConfiguration, readOctets } from '../files.ts';
import { parseNetrc } from '../netrc.ts';
import type { Importer, ImportPlan, Surroundings } from '../plan.ts';
import { accountsOf } from './accounts.ts';
import { type Option, parse, type Statements } from './grammar.ts';
import { parseFetchIds } from './seen.ts';

/** fetchmail 6: .fetchmailrc, .fetchids and .netrc. */
export const fetchmail: Importer = {
  tool: 'fetchmail',
  defaultFiles: (surroundings) => existing([placeOf('fetchmailrc', surroundings)]),
  recognises: (file, text) =>
    /^\.?fetchmailrc/.test(path.basename(file)) ||
    /^\s*(?:poll|skip|defaults|server)\s[\s\S]*\bproto(?:col)?\s/m.test(text),
  async read([file = ''], surroundings): Promise<ImportPlan> {
    const text = readConfiguration(file);
    if (text === undefined) throw new Failure('usage', `there is no file ${file}`);
    const statements = parse(text, file);
    refuseOddDefaults(statements, file);
    const idFiles = existing(idFilesOf(statements.globals, file, surroundings));
    const netrcFile = path.join(surroundings.env.HOME_ETC ?? surroundings.home, '.netrc');
    const netrc = readConfiguration(netrcFile);
    const { accounts, notes } = accountsOf(statements, {
      file,
      user: surroundings.env.FETCHMAILUSER ?? surroundings.user,
      ids: idFiles.flatMap((one) => parseFetchIds(readOctets(one) ?? '')),
      netrc: parseNetrc(netrc ?? ''),
    });
    const files = [file, ...idFiles, ...(netrc === undefined ? [] : [netrcFile])];
    const locks = pidFilesOf(statements.globals, file, surroundings).map(
      (pidFile) => ({ kind: 'pid', file: pidFile }) as const,
    );
    return { tool: 'fetchmail', files, accounts, notes, locks };
  },
};

/** In the home folder with a dot; in FETCHMAILHOME without. */
function placeOf(name: string, { home, env }: Surroundings): string {
  const own = env.FETCHMAILHOME;
  return own === undefined ? path.join(env.HOME_ETC ?? home, `.${name}`) : path.join(own, name);
}

/** Debian's system service keeps its list in a folder of its own. */
const systemFolder = '/var/lib/fetchmail';

function idFilesOf(
  globals: readonly Option[],
  file: string,
  surroundings: Surroundings,
): readonly string[] {
  const named = namedFile('idfile', globals, file, surroundings);
  if (named !== undefined) return [named];
  if (file === '/etc/fetchmailrc') return [path.join(systemFolder, '.fetchids')];
  const beside = path.join(path.dirname(file), '.fetchids');
  return [...new Set([placeOf('fetchids', surroundings), beside])];
}

function pidFilesOf(
  globals: readonly Option[],
  file: string,
  surroundings: Surroundings,
): readonly string[] {
  const named = namedFile('pidfile', globals, file, surroundings);
  // Of root, of the user, and of the system service.
  const usual = ['/var/run/fetchmail.pid', '/var/run/fetchmail/fetchmail.pid'];
  const isForAll = file === '/etc/fetchmailrc' || surroundings.user === 'root';
  const own = [placeOf('fetchmail.pid', surroundings), ...(isForAll ? usual : [])];
  return named === undefined ? own : [named, ...own];
}

function namedFile(
  word: string,
  globals: readonly Option[],
  file: string,
  { home }: Surroundings,
): string | undefined {
  const named = globals.findLast((option) => option.word === word)?.values[0];
  if (named === undefined) return undefined;
  return path.resolve(path.dirname(file), fromHome(named, home));
}

/** As fetchmail does: they count for all that follows, and stand first. */
function refuseOddDefaults({ servers }: Statements, file: string): void {
  const odd = servers.find(({ verb }, at) => verb === 'defaults' && at > 0);
  if (odd !== undefined)
    throw new Failure(
      'config',
      `${file}:${odd.line}: "defaults" must stand once, before all others`,
    );
}
