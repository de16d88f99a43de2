import type { AccountConfig } from '../../config/config.ts';
import type { Checked } from '../../destination/destination.ts';
import { formatCount } from '../../log/format.ts';
import { jsonLine } from '../../log/json.ts';
import { verifyReporter } from '../../log/verify.ts';
import type { MessageRef } from '../../mail/message.ts';
import { dropped } from '../../poll/quarantine.ts';
import type { SeenStore } from '../../state/seen-store.ts';
import { printable } from '../../util/printable.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { type ExitStatus, worst } from '../exit-status.ts';
import { Local, storedPlaces } from '../local.ts';
import { Looking } from '../looking.ts';
import { reporting } from '../reporters.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type VerifyInvocation = Extract<Invocation, { command: 'verify' }>;

/** What is not as it should be. `not stored`: the server lists it, and it was never fetched. */
type Difference = 'changed' | 'missing' | 'not stored';

interface Verified {
  readonly onServer: number;
  readonly intact: number;
  /** Stored where nobody can look: a command or a mail server took it. */
  readonly unknown: number;
  /** Marked as seen, or dropped, without being stored. */
  readonly unwanted: number;
  /** Not found here, and not on the server any more: its reader deleted it, as far as anybody knows. */
  readonly away: number;
  readonly differences: ReadonlyMap<string, Difference>;
}

/**
 * Is every message on the server stored here, and is what is stored still what was delivered? Changes nothing, here or
 * there.
 */
export async function verify(invocation: VerifyInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const accounts = chooseAccounts(config, invocation.accounts);
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using reports = await reporting(global, world, verifyReporter);
  using looking = new Looking({ global, stateDir, world: reports.world, emit: reports.emit });
  using local = new Local(reports.world, stateDir);
  const statuses: ExitStatus[] = [];
  for (const account of accounts) {
    let differs = false;
    const { status } = await looking.account({ ...account, maxSize: undefined }, async (looked) => {
      const verified = await verifyAccount(account, local, looked.listing.messages);
      differs = verified.differences.size > 0;
      tell(account.name, verified, invocation, reports.world);
    });
    statuses.push(status, differs ? 65 : 0);
  }
  return worst(statuses);
}

async function verifyAccount(
  account: AccountConfig,
  local: Local,
  listed: readonly MessageRef[],
): Promise<Verified> {
  const parts = local.account(account);
  await using store = await parts.openStore('dry-run');
  const places = await storedPlaces(store);
  const destination = parts.destination(store.id);
  const checked = (await destination.check?.([...places.values()])) ?? [];
  const states = new Map<string, Checked['state']>();
  for (const [at, uid] of [...places.keys()].entries())
    states.set(uid, checked[at]?.state ?? 'unknown');
  return compared(listed, states, store);
}

function compared(
  listed: readonly MessageRef[],
  states: ReadonlyMap<string, Checked['state']>,
  store: Pick<SeenStore, 'has' | 'quarantined'>,
): Verified {
  const letGo = new Set(
    store.quarantined.filter(({ why }) => why === dropped).map(({ uid }) => uid),
  );
  const differences = new Map<string, Difference>();
  const count = { intact: 0, unknown: 0, unwanted: 0, away: 0 };
  const here = new Set(listed.map(({ uid }) => uid));
  for (const uid of here) if (!store.has(uid)) differences.set(uid, 'not stored');
  for (const uid of here) if (store.has(uid) && !states.has(uid)) count.unwanted++;
  for (const [uid, state] of states) {
    if (letGo.has(uid)) count.unwanted++;
    else if (state === 'intact' || state === 'unknown') count[state]++;
    else if (state === 'missing' && !here.has(uid)) count.away++;
    else differences.set(uid, state);
  }
  return { onServer: here.size, ...count, differences };
}

function tell(
  account: string,
  verified: Verified,
  { global: { json, quiet } }: VerifyInvocation,
  { stdout, stderr, now, run }: World,
): void {
  const { differences, ...counts } = verified;
  const count = (state: Difference) => [...differences.values()].filter((one) => one === state);
  const [changed, missing] = [count('changed').length, count('missing').length];
  if (json) {
    const line = (fields: Parameters<typeof jsonLine>[0]) =>
      stdout.write(jsonLine(fields, run, now()));
    for (const [uidl, state] of differences)
      line({ event: 'verify', account, uidl, state: state.replace(' ', '_') });
    const sums = { ...counts, changed, missing, notStored: count('not stored').length };
    line({ event: 'verify.end', account, ok: differences.size === 0, ...sums });
    return;
  }
  for (const [uid, state] of differences)
    stdout.write(`${account}  FAIL  ${words[state]}  ${printable(uid)}\n`);
  if (!quiet) stdout.write(`${account}: ${summary(verified)}\n`);
  if (changed + missing > 0)
    stderr.write(`popfetch state refetch ${account} --missing gets them again\n`);
}

const words: Readonly<Record<Difference, string>> = {
  changed: 'changed since it was delivered',
  missing: 'not found here',
  'not stored': 'on the server, not fetched yet',
};

function summary({ onServer, intact, unknown, unwanted, away, differences }: Verified): string {
  const also = [
    [unknown, 'cannot be verified (a command or mail server has them)'],
    [unwanted, 'seen without being stored'],
    [away, 'neither here nor on the server any more'],
    [differences.size, differences.size === 1 ? 'difference' : 'differences'],
  ] as const;
  const more = also.flatMap(([many, what]) => (many === 0 ? [] : [`${many} ${what}`]));
  const stored = `${intact} stored here as delivered`;
  return [`${formatCount(onServer, 'message')} on the server`, stored, ...more].join(', ');
}
