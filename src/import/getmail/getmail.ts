import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { accountName } from '../account-name.ts';
import { readConfiguration, readOctets } from '../files.ts';
import { type NetrcEntry, parseNetrc } from '../netrc.ts';
import type { ImportedAccount, Importer, ImportPlan, Note, Surroundings } from '../plan.ts';
import { translateRc } from './config.ts';
import type { Maildrop } from './retriever.ts';
import { parseOldmail, seenListName } from './seen.ts';

/** getmail and getmail6. It holds no lock while it runs. */
export const getmail: Importer = {
  tool: 'getmail',
  defaultFiles: (around) => rcFilesIn(folders(around).find((folder) => fs.existsSync(folder))),
  recognises: (file, text) =>
    basename(file) === 'getmailrc' ||
    /^\[retriever\]/m.test(text) ||
    fs.existsSync(join(file, 'getmailrc')),
  read: async (files, around) =>
    readAll(
      files.flatMap((file) => (isFolder(file) ? rcFilesIn(file) : [file])),
      around,
    ),
};

function folders({ env, home }: Surroundings): readonly string[] {
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  return [join(config, 'getmail'), join(home, '.getmail')];
}

/** `getmailrc`, or where there is none every file that is not of another kind: each is an account. */
function rcFilesIn(folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  const usual = join(folder, 'getmailrc');
  if (fs.existsSync(usual)) return [usual];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        !entry.isDirectory() && !/^oldmail-|^\.|[~#]$|\.(?:json|swp|bak)$/.test(entry.name),
    )
    .map(({ name }) => join(folder, name))
    .sort();
}

function isFolder(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readAll(files: readonly string[], around: Surroundings): ImportPlan {
  const accounts: ImportedAccount[] = [];
  const notes: Note[] = [];
  const read: string[] = [];
  const netrc = (path: string | undefined): readonly NetrcEntry[] =>
    parseNetrc(readConfiguration(path ?? join(around.home, '.netrc')) ?? '');
  for (const file of files) {
    const { draft, maildrop } = translateRc(file, readConfiguration(file) ?? '', around, netrc);
    const list = maildrop?.hasList === true ? seenList(file, maildrop, around) : undefined;
    read.push(file, ...(list === undefined ? [] : [list]));
    const wanted = basename(file) === 'getmailrc' ? (maildrop?.server ?? '') : basename(file);
    const name = accountName(wanted, new Set(accounts.map((account) => account.name)));
    const seen = list === undefined ? [] : parseOldmail(readOctets(list) ?? '');
    const account = draft.account(name, seen);
    if (account === undefined) notes.push(...draft.notes);
    else accounts.push(account);
  }
  return { tool: 'getmail', files: read, accounts, notes, locks: [] };
}

/** It stands beside the rc file, or where getmail keeps its files. */
function seenList(file: string, { server, port, user }: Maildrop, around: Surroundings) {
  const name = seenListName(server, port, user);
  return [dirname(file), ...folders(around)]
    .map((folder) => join(folder, name))
    .find((path) => fs.existsSync(path));
}
