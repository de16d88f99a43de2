import type { Config } from '../../config/config.ts';
import { Failure } from '../../errors.ts';
import { formatCount } from '../../log/format.ts';
import { fetchAgain } from '../../poll/settle.ts';
import { knownAccounts } from '../../state/known-accounts.ts';
import type { PartRecord, SeenStore } from '../../state/seen-store.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { Local, notKnown, storedPlaces } from '../local.ts';
import { stateDirectory } from '../state-dir.ts';
import { usage } from '../usage.ts';
import type { World } from '../world.ts';
import { exportState, importState } from './state-export.ts';
import { forgetState } from './state-forget.ts';
import { listState } from './state-list.ts';
import { skipState } from './state-skip.ts';

type StateInvocation = Extract<Invocation, { command: 'state' }>;

/** What each action of the command works with. */
export interface StateCommand {
  readonly invocation: StateInvocation;
  readonly config: Config;
  readonly stateDir: string;
  readonly world: World;
}

/** Shows and changes what is known of messages; resolves with the exit status. */
export async function state(invocation: StateInvocation, world: World): Promise<number> {
  const { global, action } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  const command = { invocation, config, stateDir, world };
  switch (action) {
    case 'list':
      return listState(command, named(command));
    case 'export':
      return exportState(command, named(command));
    case 'forget':
      return forgetState(command, one(named(command)));
    case 'import':
      return importState(command, configured(command).name, invocation.uids[0] ?? '-');
    case 'skip':
      return skipState(command, configured(command));
    case 'refetch':
      return refetch(command, configured(command));
    default:
      return action satisfies never;
  }
}

/** The account named, or all; configured or not, as long as something is known of it. */
function named({ invocation, config, stateDir }: StateCommand): readonly string[] {
  const configured = config.accounts.map(({ name }) => name);
  const known = knownAccounts(stateDir);
  const all = [...new Set([...configured, ...known])].sort();
  const { account } = invocation;
  if (account === undefined) return all;
  if (all.includes(account)) return [account];
  throw new Failure('usage', `nothing is known of an account "${account}"`, {
    hint: `there are: ${all.join(', ')}`,
  });
}

function configured({ invocation, config }: StateCommand): Config['accounts'][number] {
  return one(chooseAccounts(config, invocation.account === undefined ? [] : [invocation.account]));
}

function one<T>([first, ...others]: readonly T[]): T {
  if (first === undefined || others.length > 0) throw usage('of which account?');
  return first;
}

/** Forgets messages, so that the next poll fetches them again. No server is asked. */
async function refetch(
  { invocation: { global, uids, missing }, stateDir, world }: StateCommand,
  account: Config['accounts'][number],
): Promise<number> {
  using local = new Local(world, stateDir);
  const parts = local.account(account);
  await using store = await parts.openStore('poll');
  const messages = missing ? await damaged(parts, store) : onRecord(uids, store);
  await fetchAgain(messages, store);
  const many = formatCount(messages.length, 'message');
  if (!global.quiet)
    world.stdout.write(`${account.name}: ${many} forgotten; the next poll fetches what is there\n`);
  return 0;
}

/** Those not found here, or not as they were, with the parts of several destinations that have them still. */
async function damaged(
  parts: ReturnType<Local['account']>,
  store: SeenStore,
): Promise<readonly PartRecord[]> {
  const places = await storedPlaces(store);
  const checked = (await parts.destination(store.id).check?.([...places.values()])) ?? [];
  return [...places.keys()].flatMap((uid, at) => {
    const { state, intact = [] } = checked[at] ?? { state: 'unknown' };
    const isDamaged = state === 'missing' || state === 'changed';
    // What left the server cannot be had again, and stays known for as long as it might come back.
    return isDamaged && !store.isGone(uid) ? [{ uid, parts: intact }] : [];
  });
}

function onRecord(uids: readonly string[], store: SeenStore): readonly PartRecord[] {
  return uids.map((uid) => {
    if (store.has(uid)) return { uid, parts: [] };
    if (store.attempts(uid) === undefined) throw notKnown(uid);
    // Held back, and never stored but in part.
    return { uid, parts: store.partsOf(uid) };
  });
}
