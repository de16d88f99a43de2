import fs from 'node:fs';
import type { AccountConfig, Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import type { Problem } from '../config/problem.ts';
import { shortPath } from '../config/problem-text.ts';
import { identityOf } from '../destination/kinds.ts';
import { Failure } from '../errors.ts';
import { formatCount } from '../log/format.ts';
import { type Finding, ok, warn } from './finding.ts';

/** Whether the configuration can be used, and what in it is probably not meant so. */
export function examineConfiguration(loaded: Loaded, home: string): readonly Finding[] {
  switch (loaded.kind) {
    case 'none':
      return [notThere(loaded.lookedFor)];
    case 'problems':
      return loaded.problems.map((problem) => wrong(problem, home));
    case 'config':
      return [usable(loaded, home), ...twins(loaded.config)];
    default:
      return loaded satisfies never;
  }
}

function notThere(lookedFor: readonly string[]): Finding {
  const text = `no configuration yet; looked for ${lookedFor.join(', ')}`;
  return unusable(text, 'popfetch help config says what to write into it.');
}

function wrong({ path, place, message, hint }: Problem, home: string): Finding {
  const where = place === undefined ? '' : `:${place.line}:${place.column}`;
  const text = `${shortPath(path, home)}${where}: ${message}`;
  return unusable(text, hint ?? 'popfetch config check shows the place.');
}

function unusable(text: string, fix: string): Finding {
  return { level: 'error', check: 'config', text, fix, failure: new Failure('config', text) };
}

function usable({ path, config }: Extract<Loaded, { kind: 'config' }>, home: string): Finding {
  const mode = fs.statSync(path, { throwIfNoEntry: false })?.mode;
  const shown = mode === undefined ? '' : `, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
  const accounts = formatCount(config.accounts.length, 'account');
  const disabled = config.accounts.filter(({ enabled }) => !enabled).length;
  const off = disabled === 0 ? '' : ` (${disabled} not enabled)`;
  return ok('config', `${shortPath(path, home)}: ${accounts}${off}${shown}`);
}

/** Accounts that fetch the same mail to the same place: each message comes twice. */
function twins({ accounts }: Config): readonly Finding[] {
  const first = new Map<string, string>();
  return accounts
    .filter(({ enabled }) => enabled)
    .flatMap((account) => {
      const same = first.get(flowOf(account));
      first.set(flowOf(account), same ?? account.name);
      if (same === undefined) return [];
      const text = `${same} and ${account.name} fetch the same mail to the same place: all of it comes twice`;
      return [warn('config', text, `Remove one of them, or set enabled: false for it.`)];
    });
}

function flowOf({ host, user, deliver }: AccountConfig): string {
  const parts = deliver.kind === 'several' ? deliver.parts : [deliver];
  return JSON.stringify([host.toLowerCase(), user, parts.map(identityOf)]);
}
