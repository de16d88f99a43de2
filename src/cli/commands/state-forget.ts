import { join } from 'node:path';
import { replaceFile } from '../../durable/file.ts';
import { formatCount } from '../../log/format.ts';
import { accountFolder } from '../../state/account-folder.ts';
import { openJournalStore } from '../../state/journal-seen-store.ts';
import { setAside } from '../../state/known-accounts.ts';
import type { SavedRecord, SeenStore } from '../../state/seen-store.ts';
import { confirm } from '../confirm.ts';
import { notKnown } from '../local.ts';
import { savedLine } from '../saved-lines.ts';
import type { StateCommand } from './state.ts';

/**
 * Drops what is on record of an account or of some of its messages. Of a whole account what is dropped stays where people
 * can bring it back from.
 */
export async function forgetState(command: StateCommand, account: string): Promise<number> {
  const { stateDir, world, invocation, config } = command;
  const { uids } = invocation;
  const isConfigured = config.accounts.some(({ name }) => name === account);
  const what =
    uids.length === 0 ? `all seen messages of ${account}` : formatCount(uids.length, 'message');
  const then = isConfigured ? ' The next poll fetches again what is on the server.' : '';
  await confirm(
    `Forget ${what}?${then}`,
    { global: invocation.global, yes: invocation.yes },
    world,
  );
  const { now } = world;
  await using store = await openJournalStore({ directory: stateDir, account, now, lock: true });
  const say = (text: string) => {
    if (!invocation.global.quiet) world.stdout.write(`${account}: ${text}\n`);
  };
  if (uids.length > 0) {
    for (const uid of uids) if (!isOnRecord(uid, store)) throw notKnown(uid);
    await store.forget(uids);
    say(`${formatCount(uids.length, 'message')} forgotten`);
  } else if (isConfigured) {
    const copy = await forgetAll(account, store, command);
    say(`everything forgotten; undo: popfetch state import ${account} ${copy}`);
  } else {
    const place = await setAside(stateDir, account, now());
    say(`everything forgotten; what was known stands in ${place}`);
  }
  return 0;
}

/** That the account was met stays on record: it is forgotten on purpose, and not by accident. */
async function forgetAll(
  account: string,
  store: SeenStore,
  { stateDir, world }: StateCommand,
): Promise<string> {
  const records: SavedRecord[] = [];
  await store.saved((record) => records.push(record));
  const stamp = new Date(world.now()).toISOString().replaceAll(/[-:]|\..*/g, '');
  const folder = accountFolder(stateDir, account);
  const copy = join(folder, `forgotten-${stamp}.jsonl`);
  const text = records.map((record) => savedLine({ account, record })).join('');
  await replaceFile(copy, Buffer.from(text), 0o600);
  await store.meet();
  await store.forget(records.map(({ uid }) => uid));
  return copy;
}

function isOnRecord(uid: string, store: SeenStore): boolean {
  return store.has(uid) || store.attempts(uid) !== undefined || store.partsOf(uid).length > 0;
}
