import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';
import { formatCount } from '../../log/format.ts';
import { openJournalStore } from '../../state/journal-seen-store.ts';
import type { SavedRecord } from '../../state/seen-store.ts';
import { parseSavedLine, type SavedLine, savedLine } from '../saved-lines.ts';
import type { StateCommand } from './state.ts';

/** Writes what is on record of the accounts to stdout, for `importState` on this computer or another. */
export async function exportState(
  { stateDir, world }: StateCommand,
  accounts: readonly string[],
): Promise<number> {
  for (const account of accounts) {
    const { now } = world;
    await using store = await openJournalStore({ directory: stateDir, account, now, lock: false });
    await store.saved((record) => world.stdout.write(savedLine({ account, record })));
    const { length } = store.unsettled;
    if (length > 0)
      world.stderr.write(
        `${account}: warn  ${formatCount(length, 'message')} on the way when it was interrupted: not among these; the next poll settles them\n`,
      );
  }
  return 0;
}

/** Adds what `exportState` wrote: all of it, or nothing where a line is wrong. What is on record already stays as it is. */
export async function importState(
  { stateDir, world, invocation }: StateCommand,
  account: string,
  file: string,
): Promise<number> {
  const records = recordsFor(account, await linesOf(file, world.stdin));
  const { now } = world;
  await using store = await openJournalStore({
    directory: stateDir,
    account,
    now,
    lock: true,
    anew: true,
  });
  const added = await store.restore(records);
  if (!invocation.global.quiet)
    world.stdout.write(
      `${account}: ${formatCount(added, 'record')} added, ${records.length - added} on record already\n`,
    );
  return 0;
}

/** A file of several accounts is asked for the one by its name; one of a single account may have had another name. */
function recordsFor(account: string, lines: readonly SavedLine[]): readonly SavedRecord[] {
  const names = [...new Set(lines.map((line) => line.account))];
  const wanted = names.length === 1 ? names[0] : account;
  if (names.length > 1 && !names.includes(account))
    throw new Failure('usage', `nothing of ${account} among these: ${names.join(', ')}`);
  return lines.flatMap((line) => (line.account === wanted ? [line.record] : []));
}

async function linesOf(
  file: string,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<readonly SavedLine[]> {
  const lines: SavedLine[] = [];
  let number = 0;
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of file === '-' ? stdin : createReadStream(file)) {
      const parts = (rest + textOf(chunk, decoder)).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) lines.push(parseSavedLine(line, ++number));
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT')
      throw new Failure('usage', `there is no file ${file}`, {}, error);
    if (error instanceof TypeError)
      throw new Failure('usage', `${file}: no UTF-8 behind line ${number}`, {}, error);
    throw storageFailure(error, file, 'state');
  }
  if (rest !== '') throw new Failure('usage', `line ${number + 1} is cut short`);
  return lines;
}

function textOf(chunk: unknown, decoder: TextDecoder): string {
  return chunk instanceof Uint8Array ? decoder.decode(chunk, { stream: true }) : String(chunk);
}
