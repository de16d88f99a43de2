import { withAccounts } from '../../config/append-account.ts';
import { shortPath } from '../../config/problem-text.ts';
import type { Note } from '../../import/plan.ts';
import { escapeHarmful } from '../../log/escape.ts';
import { formatCount } from '../../log/format.ts';
import { printable } from '../../util/printable.ts';
import type { GlobalOptions } from '../args/global.ts';
import type { ImportOptions } from '../args/import.ts';
import type { World } from '../world.ts';
import { accountText, notesText } from './plan-text.ts';
import type { Work } from './work.ts';

/** How an import ended. */
export type Outcome = 'done' | 'nothing to do' | 'dry run';

/** Tells of an import on standard output. */
export interface Telling {
  plan(work: Work): void;
  end(work: Work, outcome: Outcome): void;
}

export function tellingOf(
  { global, account, yes }: ImportOptions & { readonly global: GlobalOptions },
  world: World,
): Telling {
  if (global.json) return inJson(account, world);
  // Who has said yes beforehand and wants no words gets none.
  if (global.quiet && yes) return { plan: () => undefined, end: () => undefined };
  return inWords(account, world);
}

function inWords(only: string | undefined, { stdout, home }: World): Telling {
  return {
    plan({ plan, file, accounts, added }) {
      const files = plan.files.map((one) => shortPath(one, home)).join(', ');
      stdout.write(`${plan.tool}: ${printable(files)}\n\n`);
      for (const one of accounts) stdout.write(`${accountText(one, home)}\n`);
      const others = othersIn(plan.notes, only);
      if (others.length > 0) stdout.write(`of no account:\n${notesText(others, home)}\n`);
      if (added.length === 0) return;
      const lines = withAccounts('', added).trimEnd().split('\n');
      const shown = lines.map((line) => `  ${printable(line)}\n`).join('');
      stdout.write(`added to ${file.shown}:\n${shown}\n`);
    },
    end({ file, accounts, added }, outcome) {
      if (outcome === 'dry run') stdout.write('dry run: nothing was changed\n');
      if (outcome === 'nothing to do')
        stdout.write('nothing to do: all of it was taken over before\n');
      if (outcome !== 'done') return;
      for (const { name, unknown } of accounts)
        if (unknown > 0)
          stdout.write(`${name}: ${formatCount(unknown, 'message')} taken for seen\n`);
      if (added.length === 0) return;
      const names = added.map(({ name }) => name).join(', ');
      stdout.write(`${file.shown}: ${formatCount(added.length, 'account')} added: ${names}\n`);
    },
  };
}

function inJson(only: string | undefined, { stdout, now, run }: World): Telling {
  const write = (event: string, facts: object): void => {
    const line = { v: 1, event, time: new Date(now()).toISOString(), run, ...facts };
    stdout.write(`${escapeHarmful(JSON.stringify(line))}\n`);
  };
  return {
    plan({ plan: { tool, files, notes }, accounts }) {
      for (const { name: account, there, imported, unknown } of accounts) {
        const { settings, seen } = imported;
        const isNew = there === undefined;
        const facts = { tool, account, isNew, settings, seen: seen.length, unknown };
        write('import.account', { ...facts, notes: imported.notes });
      }
      write('import.plan', { tool, files, notes: othersIn(notes, only) });
    },
    end({ file: { path }, accounts, added }, outcome) {
      const recorded = accounts.reduce((sum, { unknown }) => sum + unknown, 0);
      const done = outcome === 'done' ? { added: added.map(({ name }) => name), recorded } : {};
      write('import.end', { outcome, path, ...done });
    },
  };
}

/** What is said of no account, where all accounts are wanted. */
function othersIn(notes: readonly Note[], only: string | undefined): readonly Note[] {
  return only === undefined ? notes : [];
}
