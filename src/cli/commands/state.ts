import { Failure } from '../../errors.ts';
import { formatCount } from '../../log/format.ts';
import { fetchAgain } from '../../poll/settle.ts';
import type { PartRecord, SeenStore } from '../../state/seen-store.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { Local, storedPlaces } from '../local.ts';
import { stateDirectory } from '../state-dir.ts';
import { usage } from '../usage.ts';
import type { World } from '../world.ts';

type StateInvocation = Extract<Invocation, { command: 'state' }>;

/** Changes what is known of messages: the next poll fetches them again, or never. No server is asked. */
export async function state(invocation: StateInvocation, world: World): Promise<number> {
  const { global, action, uids, missing } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const [account] = chooseAccounts(config, [invocation.account]);
  if (account === undefined) throw usage('of which account?');
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using local = new Local(world, stateDir);
  const parts = local.account(account);
  await using store = await parts.openStore('poll');
  const say = (count: number, what: string) => {
    const text = `${account.name}: ${formatCount(count, 'message')} ${what}\n`;
    if (!global.quiet) world.stdout.write(text);
  };
  if (action === 'skip') {
    const unknown = uids.filter((uid) => !store.has(uid));
    await store.mark(unknown, world.now());
    say(unknown.length, 'taken for seen, to stay on the server');
    return 0;
  }
  const messages = missing ? await damaged(parts, store) : named(uids, store);
  await fetchAgain(messages, store);
  say(messages.length, 'forgotten; the next poll fetches what is there');
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

function named(uids: readonly string[], store: SeenStore): readonly PartRecord[] {
  return uids.map((uid) => {
    if (store.has(uid)) return { uid, parts: [] };
    if (store.attempts(uid) === undefined) throw notKnown(uid);
    // Held back, and never stored but in part.
    return { uid, parts: store.partsOf(uid) };
  });
}

function notKnown(uid: string): Failure {
  return new Failure('usage', `no message "${uid}" is known`, {
    hint: 'unique-ids as --json shows them; what is not known is fetched anyway',
  });
}
