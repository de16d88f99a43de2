import fs from 'node:fs';
import { join } from 'node:path';
import { asFailure } from '../../errors.ts';
import { formatCount, formatMoment, formatSize } from '../../log/format.ts';
import { jsonLine } from '../../log/json.ts';
import { describe } from '../../log/words.ts';
import { isMark } from '../../mail/identity.ts';
import { accountFolder } from '../../state/account-folder.ts';
import { openJournalStore } from '../../state/journal-seen-store.ts';
import type { SavedRecord } from '../../state/seen-store.ts';
import { readStatus } from '../../state/status.ts';
import { printable } from '../../util/printable.ts';
import { type ExitStatus, exitStatus, worst } from '../exit-status.ts';
import type { StateCommand } from './state.ts';

interface Kept {
  readonly account: string;
  /** Messages on record. */
  readonly messages: number;
  /** Of those, which are not on the server any more, as far as is known. */
  readonly gone: number;
  readonly quarantined: number;
  /** ms since 1970. */
  readonly lastSuccess: number | undefined;
  /** Octets of all files of the account. */
  readonly size: number;
  readonly configured: boolean;
}

/** Lists what is kept of each account, of those too that are not configured any more. */
export async function listState(command: StateCommand, names: readonly string[]): Promise<number> {
  const statuses: ExitStatus[] = [];
  for (const account of names) {
    try {
      tell(await keptOf(account, command), command);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'internal') throw thrown;
      const { headline } = describe(failure, { now: command.world.now(), account });
      command.world.stderr.write(`${printable(account)}: FAIL ${headline}\n`);
      statuses.push(exitStatus(failure));
    }
  }
  return worst(statuses);
}

async function keptOf(account: string, command: StateCommand): Promise<Kept> {
  const { stateDir, world, config } = command;
  const { now } = world;
  await using store = await openJournalStore({ directory: stateDir, account, now, lock: false });
  const records: SavedRecord[] = [];
  await store.saved((record) => {
    if (record.state !== 'undelivered' && !isMark(record.uid)) records.push(record);
  });
  return {
    account,
    messages: records.length,
    gone: records.filter(({ goneAt }) => goneAt !== undefined).length,
    quarantined: store.quarantined.length,
    lastSuccess: readStatus(stateDir, account).lastSuccessAt,
    size: octetsIn(accountFolder(stateDir, account)),
    configured: config.accounts.some(({ name }) => name === account),
  };
}

function tell(kept: Kept, { world, invocation }: StateCommand): void {
  const { account, messages, gone, quarantined, lastSuccess, size, configured } = kept;
  if (invocation.global.json) {
    const success = lastSuccess === undefined ? undefined : new Date(lastSuccess).toISOString();
    const line = { event: 'state', ...kept, lastSuccess: success };
    world.stdout.write(jsonLine(line, world.run, world.now()));
    return;
  }
  const facts = [
    `${formatCount(messages, 'message')} seen`,
    ...(gone === 0 ? [] : [`${gone} of them not on the server any more`]),
    ...(quarantined === 0 ? [] : [`${quarantined} in quarantine`]),
    lastSuccess === undefined
      ? 'never polled with success'
      : `last success ${formatMoment(lastSuccess, world.now())}`,
    formatSize(size),
    ...(configured ? [] : ['not in the configuration']),
  ];
  world.stdout.write(`${printable(account)}: ${facts.join(', ')}\n`);
}

/** Of a folder that others may be changing just now. */
function octetsIn(folder: string): number {
  let octets = 0;
  for (const entry of fs.existsSync(folder)
    ? fs.readdirSync(folder, { withFileTypes: true })
    : []) {
    const place = join(folder, entry.name);
    if (entry.isDirectory()) octets += octetsIn(place);
    else octets += fs.lstatSync(place, { throwIfNoEntry: false })?.size ?? 0;
  }
  return octets;
}
