import { basename, join } from 'node:path';
import { accountName } from '../account-name.ts';
import { octets } from '../draft.ts';
import { existing, fromHome, readConfiguration, readOctets } from '../files.ts';
import { parseNetrc } from '../netrc.ts';
import type { ImportedAccount, Importer, ImportPlan, Note, Surroundings } from '../plan.ts';
import { type Translated, translateAccount } from './account.ts';
import { type Action, parseFdm, type Statements } from './grammar.ts';
import { parseCache } from './seen.ts';
import { withTags } from './tags.ts';

/** fdm: its POP3 accounts, and what is done with all of their mail. */
export const fdm: Importer = {
  tool: 'fdm',
  defaultFiles: ({ home }) => existing([join(home, '.fdm.conf'), '/etc/fdm.conf']).slice(0, 1),
  recognises: (file, text) =>
    /^\.?fdm\.conf$/.test(basename(file)) ||
    /^\s*account\s+["'][^"']*["'][^#\n]*\spop3s?\s/m.test(text),
  read: async (files, around) => {
    const plans = files.map((file) => readOne(file, around));
    return {
      tool: 'fdm',
      files: plans.flatMap((plan) => plan.files),
      accounts: plans.flatMap((plan) => plan.accounts),
      notes: plans.flatMap((plan) => plan.notes),
      locks: plans.flatMap((plan) => plan.locks),
    };
  },
};

function readOne(file: string, around: Surroundings): Omit<ImportPlan, 'tool'> {
  const statements = parseFdm(file, readConfiguration(file) ?? '');
  const netrc = parseNetrc(readConfiguration(join(around.home, '.netrc')) ?? '');
  const accounts: ImportedAccount[] = [];
  const notes: Note[] = [...globalNotes(statements, file)];
  const files = [file];
  for (const entry of statements.accounts) {
    const translated = translateAccount(entry, statements, { file, around, netrc });
    applyOptions(statements.options, translated);
    const cache = translated.cache && fromHome(translated.cache, around.home);
    const list = cache === undefined ? undefined : readOctets(cache);
    if (cache !== undefined && list !== undefined) files.push(cache);
    const name = accountName(translated.name, new Set(accounts.map((account) => account.name)));
    const account = translated.draft.account(name, parseCache(list ?? ''));
    if (account === undefined) notes.push(...translated.draft.notes);
    else accounts.push(account);
  }
  return { files, accounts, notes, locks: locksOf(statements.options, around) };
}

/** Options that hold for every account; popfetch has them for each. */
function applyOptions(options: readonly Action[], { draft }: Translated): void {
  for (const { word, values, line } of options) {
    const amount = amountOf(values);
    if (word === 'maximum-size' && amount !== undefined)
      draft.take(line, word, 'maxSize', octets(amount));
    else if (word === 'timeout' && amount !== undefined)
      draft.take(line, word, 'timeout', `${amount}s`);
    else if (word === 'no-received') draft.take(line, word, 'trace', false);
  }
}

const factors: ReadonlyMap<string, number> = new Map([
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
]);

/** `10 MB`, `5 minutes`. */
function amountOf([number, unit]: Action['values']): number | undefined {
  if (number?.kind !== 'number') return undefined;
  const name = unit?.text.toLowerCase() ?? '';
  const factor = factors.get(name.replace(/s$/, '')) ?? factors.get(name.slice(0, 1)) ?? 1;
  return Number(number.text) * factor;
}

const ofAccounts: ReadonlySet<string> = new Set([
  'maximum-size',
  'timeout',
  'no-received',
  'lock-file',
  'allow-multiple',
  'verify-certificates',
]);

function globalNotes({ options, includes }: Statements, file: string): readonly Note[] {
  const left = (line: number, text: string): Note => ({ file, line, kind: 'left', text });
  return [
    ...includes.map((line) => left(line, 'include: that file is not read; name it to import it')),
    ...options
      .filter(({ word }) => !ofAccounts.has(word))
      .map(({ word, line }) => left(line, `set ${word}: there is no such thing here`)),
  ];
}

function locksOf(options: readonly Action[], around: Surroundings): ImportPlan['locks'] {
  if (options.some(({ word }) => word === 'allow-multiple')) return [];
  const named = options.findLast(({ word }) => word === 'lock-file')?.values[0]?.text;
  const usual = around.user === 'root' ? '/var/run/fdm.lock' : '~/.fdm.lock';
  const filled = withTags(named ?? usual, '', around);
  if (filled.kind === 'unknown') return [];
  return [{ kind: 'exists', file: fromHome(filled.text, around.home) }];
}
