import path from 'node:path';
import { Failure } from '../../errors.ts';
import { existing, readConfiguration } from '../files.ts';
import { parseNetrc } from '../netrc.ts';
import type { Importer, ImportPlan } from '../plan.ts';
import { accountFrom, type Made } from './account.ts';
import { accountsIn, linesOf } from './config.ts';
import { evaluated } from './evaluate.ts';

/** mpop: mpoprc, the files in which it keeps unique-ids, and .netrc. */
export const mpop: Importer = {
  tool: 'mpop',
  defaultFiles: ({ home, env }) =>
    existing([
      path.join(home, '.mpoprc'),
      path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'mpop', 'config'),
    ]).slice(0, 1),
  recognises: (file, text) =>
    /^\.?mpoprc/.test(path.basename(file)) ||
    file.endsWith('/mpop/config') ||
    /^\s*(?:delivery\s+"?(?:mda|maildir|mbox|exchange)|uidls_file)\s/m.test(text),
  async read([file = ''], surroundings): Promise<ImportPlan> {
    const text = readConfiguration(file);
    if (text === undefined) throw new Failure('usage', `there is no file ${file}`);
    const lines = await evaluated(linesOf(text), file, surroundings);
    const { home } = surroundings;
    const netrcFile = path.join(home, '.netrc');
    const netrc = parseNetrc(readConfiguration(netrcFile) ?? '');
    const taken = new Set<string>();
    const made: Made[] = [];
    for (const one of accountsIn(lines, file)) {
      const next = accountFrom(one, { file, home, netrc, taken });
      if (next.account !== undefined) taken.add(next.account.name);
      made.push(next);
    }
    const uidls = existing([...new Set(made.flatMap(({ uidlsFile }) => uidlsFile ?? []))]);
    return {
      tool: 'mpop',
      files: [file, ...uidls, ...existing([netrcFile])],
      accounts: made.flatMap(({ account }) => account ?? []),
      notes: made.flatMap(({ notes }) => notes),
      locks: uidls.map((one) => ({ kind: 'fcntl', file: one }) as const),
    };
  },
};
