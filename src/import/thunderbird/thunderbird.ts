import { basename, dirname, join } from 'node:path';
import { accountName } from '../account-name.ts';
import { existing, readConfiguration, readOctets } from '../files.ts';
import type {
  ImportedAccount,
  ImportedUid,
  Importer,
  ImportPlan,
  Note,
  Surroundings,
} from '../plan.ts';
import { pop3Servers, type Translated, translateServer } from './account.ts';
import { parsePrefs } from './prefs.ts';
import { profileFolders } from './profiles.ts';
import { parsePopState } from './seen.ts';

/** The POP3 accounts of a Thunderbird profile. */
export const thunderbird: Importer = {
  tool: 'thunderbird',
  defaultFiles: prefsFiles,
  recognises: (file, text) =>
    basename(file) === 'prefs.js' || /^user_pref\("mail\./m.test(text) || inFolder(file).length > 0,
  read: async (named) => {
    const files = named.flatMap((file) => {
      const inside = inFolder(file);
      return inside.length > 0 ? inside : [file];
    });
    const profiles = files.map(readProfile);
    const accounts: ImportedAccount[] = [];
    for (const account of profiles.flatMap((profile) => profile.accounts)) {
      const taken = new Set(accounts.map(({ name }) => name));
      accounts.push({ ...account, name: accountName(account.name, taken) });
    }
    return {
      tool: 'thunderbird',
      files: profiles.flatMap((profile) => profile.files),
      accounts,
      notes: profiles.flatMap(({ notes }) => notes),
      locks: files.map((file) => ({ kind: 'fcntl', file: join(dirname(file), '.parentlock') })),
    };
  },
};

/** As itself, from a snap and from a flatpak; Debian called it Icedove. */
const homes = [
  '.thunderbird',
  'snap/thunderbird/common/.thunderbird',
  '.var/app/org.mozilla.Thunderbird/.thunderbird',
  '.icedove',
];

function prefsFiles({ home }: Surroundings): readonly string[] {
  return homes.map((name) => inFolder(join(home, name))).find(({ length }) => length > 0) ?? [];
}

/** Of a profile, or of the profiles that stand in a folder. */
function inFolder(folder: string): readonly string[] {
  const own = existing([join(folder, 'prefs.js')]);
  const list = join(folder, 'profiles.ini');
  if (own.length > 0 || existing([list]).length === 0) return own;
  const profiles = profileFolders(readConfiguration(list) ?? '', folder);
  return existing(profiles.map((profile) => join(profile, 'prefs.js')));
}

function readProfile(file: string): Pick<ImportPlan, 'files' | 'accounts' | 'notes'> {
  const prefs = parsePrefs(file, readConfiguration(file) ?? '');
  const files = [file];
  const accounts: ImportedAccount[] = [];
  const notes: Note[] = [];
  for (const key of pop3Servers(prefs)) {
    const translated = translateServer(key, prefs, { file, profile: dirname(file) });
    const list = join(translated.folder, 'popstate.dat');
    const state = readOctets(list);
    if (state !== undefined) files.push(list);
    const { draft, host } = translated;
    const account = draft.account(host, seenOf(translated, list, state ?? ''));
    if (account === undefined) notes.push(...draft.notes);
    else accounts.push(account);
  }
  return { files, accounts, notes };
}

/** Of this server; where the list is of one maildrop alone, of that: its server may have been renamed. */
function seenOf(
  { draft, host, user }: Translated,
  list: string,
  text: string,
): readonly ImportedUid[] {
  const states = parsePopState(text);
  const own = states.filter((state) => state.host === host && state.user === user);
  const counted = own.length === 0 && states.length === 1 ? states : own;
  const unfetched = counted.reduce((sum, state) => sum + state.unfetched, 0);
  if (unfetched > 0)
    draft.comment(`${unfetched} of which Thunderbird has only the header, or nothing yet: ${list}`);
  return counted.flatMap(({ seen }) => seen);
}
