import { readAccounts, reportPasswords } from './accounts.ts';
import type { Config, HookSettings } from './config.ts';
import { hookKeys } from './hook-keys.ts';
import { accountGroup, alertGroup, checkedMap, hookGroup, SKETCH, topGroup } from './key-groups.ts';
import { alertKeys, topKeys } from './keys.ts';
import { Lines } from './lines.ts';
import type { Problem } from './problem.ts';
import { reportUnknownKeys, Settings, type Surroundings } from './settings.ts';
import { entryOf, type Mistake, type Tree } from './tree.ts';
import { nameOf } from './values.ts';
import { readYaml } from './yaml-tree.ts';

export type Parsed =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** For `~`. */
  readonly home: string;
  /** Where others can read the file: the command that ends it. Passwords in the text are refused then. */
  readonly toHide?: string | undefined;
}

/** The text of a configuration (YAML or JSON), validated; or every problem in it, in the order of the text. */
export function parseConfig(withMark: string, path: string, options: ParseOptions): Parsed {
  const { home, toHide } = options;
  // A byte order mark would shift the columns of the first line.
  const text = withMark.replace(/^\ufeff/, '');
  const { tree, mistakes: syntax } = readYaml(text);
  const mistakes = [...syntax, ...undecoded(text)];
  if (tree !== undefined && toHide !== undefined) reportPasswords(tree, toHide, mistakes);
  const config = tree === undefined ? undefined : readConfig(tree, path, home, mistakes);
  if (config !== undefined && mistakes.length === 0) return { kind: 'config', config };
  return { kind: 'problems', problems: problemsOf(mistakes, text, path) };
}

/** What was not UTF-8 has become replacement characters: a password with an umlaut would be wrong, and nobody told. */
function undecoded(text: string): Mistake[] {
  const start = text.indexOf('\ufffd');
  if (start === -1) return [];
  const hint = 'save the file as UTF-8';
  return [{ span: { start, end: start + 1 }, message: 'not valid UTF-8', hint }];
}

function readConfig(
  tree: Tree,
  path: string,
  home: string,
  mistakes: Mistake[],
): Config | undefined {
  if (tree.kind !== 'map' && tree.kind !== 'empty') {
    mistakes.push({ span: tree, message: `expected keys, found ${nameOf(tree)}`, hint: SKETCH });
    return undefined;
  }
  reportUnknownKeys(tree, topGroup, [accountGroup, alertGroup, hookGroup], mistakes);
  const surroundings = { home, placeholders: undefined, mistakes };
  const settings = new Settings(topKeys, [tree]);
  const jobs = settings.read('jobs', surroundings);
  const perHost = settings.read('perHost', surroundings);
  const every = settings.read('every', surroundings);
  const stateDir = settings.read('stateDir', surroundings)?.absolute;
  const { map } = checkedMap(entryOf(tree, 'alerts'), alertGroup, [], mistakes) ?? {};
  const alert = new Settings(alertKeys, [map], 'alerts.');
  const after = alert.read('after', surroundings);
  const remind = alert.read('remind', surroundings);
  const hooks = readHooks(tree, surroundings);
  const metricsFile = settings.read('metricsFile', surroundings)?.absolute;
  const accounts = readAccounts(tree, { home, every }, mistakes);
  if (jobs === undefined || perHost === undefined) return undefined;
  if (after === undefined || remind === undefined || hooks === undefined) return undefined;
  const alerts = { after, remind };
  return { path, accounts, jobs, perHost, stateDir, alerts, hooks, metricsFile };
}

function readHooks(tree: Tree, surroundings: Surroundings): HookSettings | undefined {
  const hooks = checkedMap(entryOf(tree, 'hooks'), hookGroup, [], surroundings.mistakes);
  const settings = new Settings(hookKeys, [hooks?.map], 'hooks.');
  const newMail = settings.read('newMail', surroundings);
  const failure = settings.read('failure', surroundings);
  const recovered = settings.read('recovered', surroundings);
  const timeout = settings.read('timeout', surroundings);
  return timeout === undefined ? undefined : { newMail, failure, recovered, timeout };
}

function problemsOf(mistakes: readonly Mistake[], text: string, path: string): Problem[] {
  const lines = new Lines(text);
  const seen = new Set<string>();
  return [...mistakes]
    .sort((one, other) => one.span.start - other.span.start)
    .flatMap(({ span, message, hint, isSecret = false }) => {
      // A wrong default is wrong for each account that takes it, and said once.
      const identity = `${span.start} ${message}`;
      if (seen.has(identity)) return [];
      seen.add(identity);
      const place = lines.place(span, isSecret);
      return [{ path, place, message: lines.safe(message), hint: hint && lines.safe(hint) }];
    });
}
