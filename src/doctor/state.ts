import fs from 'node:fs';
import { examineDirectory } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { asFailure } from '../errors.ts';
import { formatCount, formatDuration, formatMoment } from '../log/format.ts';
import { accountFolder, examineAccountFolder } from '../state/account-folder.ts';
import { currentHolder } from '../state/holder.ts';
import { openJournalStore } from '../state/journal-seen-store.ts';
import { readStatus } from '../state/status.ts';
import { type Finding, ok, trouble, warn } from './finding.ts';

interface AccountState {
  /** The state directory. */
  readonly directory: string;
  readonly account: string;
  /** ms since 1970. */
  readonly now: number;
}

/** Whether seen lists can be kept at all. `shown` is how people call the directory. */
export function examineStateDirectory(
  directory: string,
  shown: string,
  now: number,
): readonly Finding[] {
  try {
    if (examineDirectory(directory) === 'to be made')
      return [ok('state', `${shown}: the first poll makes it`)];
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
    return [ok('state', `${shown}: writable`)];
  } catch (thrown) {
    return [trouble('state', storageFailure(thrown, directory, 'state'), { now })];
  }
}

/** What is known here of an account, and who is at it just now. Takes no lock and writes nothing. */
export async function examineState(of: AccountState): Promise<readonly Finding[]> {
  return [await seenList(of), ...lock(of), ...clock(of), ...lastPolls(of)];
}

/** Whether another popfetch polls the account. */
export function isBeingPolled({ directory, account }: AccountState): boolean {
  return currentHolder(accountFolder(directory, account)) !== undefined;
}

async function seenList({ directory, account, now }: AccountState): Promise<Finding> {
  try {
    const found = examineAccountFolder(directory, account);
    const look = { directory, account, now: () => now, lock: false };
    await using store = await openJournalStore(look);
    if (found === 'to be made') return ok('state', 'never polled: the first poll makes it');
    const held = store.quarantined.length;
    const facts = [
      `${formatCount(store.size, 'message')} on record`,
      ...(store.unsettled.length > 0 ? [`${store.unsettled.length} on the way`] : []),
      ...(held > 0 ? [`${held} in quarantine`] : []),
    ].join(', ');
    if (held === 0) return ok('state', facts);
    return warn('state', facts, `popfetch quarantine list ${account} shows them.`);
  } catch (thrown) {
    return trouble('state', asFailure(thrown), { now, account });
  }
}

function lock({ directory, account, now }: AccountState): readonly Finding[] {
  const holder = currentHolder(accountFolder(directory, account));
  if (holder === undefined) return [];
  const since = formatMoment(holder.startedAt, now);
  return [ok('lock', `being polled by pid ${holder.pid} since ${since}`)];
}

/** ms. Time servers move clocks by less. */
const surprising = 10 * 60_000;

function clock({ directory, account, now }: AccountState): readonly Finding[] {
  const { lastPollAt } = readStatus(directory, account);
  if (lastPollAt === undefined || lastPollAt - now < surprising) return [];
  const ahead = formatDuration(lastPollAt - now);
  const fix = 'Set the clock: until it is right no message is deleted for its age.';
  return [warn('clock', `the last poll was ${ahead} in the future: the clock was set back`, fix)];
}

function lastPolls({ directory, account, now }: AccountState): readonly Finding[] {
  const { failing, refused } = readStatus(directory, account);
  if (failing === undefined) return [];
  const since = formatMoment(failing.since, now);
  const text = `failing since ${since} (${formatCount(failing.count, 'poll')}): ${failing.code}`;
  const wait = `After ${refused?.count} refused logins it is polled once an hour.`;
  return [warn('state', text, refused === undefined ? undefined : wait)];
}
