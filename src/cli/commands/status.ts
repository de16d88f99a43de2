import { parseDuration } from '../../config/quantities.ts';
import { Failure } from '../../errors.ts';
import { jsonLine } from '../../log/json.ts';
import { statusTable } from '../../log/status-table.ts';
import { readHistory } from '../../state/history.ts';
import { readStatus } from '../../state/status.ts';
import type { Invocation } from '../args.ts';
import { chooseKept, load, tellProblem } from '../configuration.ts';
import { pauseOf } from '../pause.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type StatusInvocation = Extract<Invocation, { command: 'status' }>;

const day = 24 * 3_600_000;

/** Says how the accounts are; resolves with the exit status: 69 where `--max-age` is exceeded. */
export async function status(invocation: StatusInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const maxAge = ageOf(invocation.maxAge);
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  const now = world.now();
  const all = chooseKept(config, invocation.accounts, stateDir).map((name) => {
    const recent = readHistory(stateDir, name).filter(({ at }) => now - at < day);
    const newLately = recent.reduce((sum, entry) => sum + entry.new, 0);
    const known = readStatus(stateDir, name);
    const { lastSuccessAt } = known;
    const account = config.accounts.find((one) => one.name === name);
    const pause = account && pauseOf(account, { stateDir, config, now });
    const nextPollAt = known.nextPollAt ?? pause?.until;
    const isTooOld =
      maxAge !== undefined && (lastSuccessAt === undefined || now - lastSuccessAt > maxAge);
    return { account: name, status: { ...known, nextPollAt }, newLately, isTooOld };
  });
  if (global.json) for (const one of all) world.stdout.write(asJson(one, world));
  else world.stdout.write(statusTable(all, now));
  return all.some(({ isTooOld }) => isTooOld) ? 69 : 0;
}

function ageOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const age = parseDuration(text);
  if (age === undefined)
    throw new Failure('usage', `--max-age takes a duration: 2d, not "${text}"`);
  return age;
}

function asJson(
  one: {
    readonly account: string;
    readonly status: ReturnType<typeof readStatus>;
    readonly newLately: number;
    readonly isTooOld: boolean;
  },
  { run, now }: Pick<World, 'run' | 'now'>,
): string {
  const { failing, refused, ...known } = one.status;
  const time = (at: number | undefined) =>
    at === undefined ? undefined : new Date(at).toISOString();
  const fields = {
    event: 'status',
    account: one.account,
    ok: known.lastPollAt !== undefined && failing === undefined,
    code: failing?.code,
    since: time(failing?.since),
    count: failing?.count,
    refusedLogins: refused?.count,
    lastPoll: time(known.lastPollAt),
    lastSuccess: time(known.lastSuccessAt),
    nextPoll: time(known.nextPollAt),
    new24h: one.newLately,
    delivered: known.delivered,
    onServer: known.onServer,
    onServerSize: known.onServerSize,
    left: known.left,
    tooOld: one.isTooOld,
  };
  return jsonLine(fields, run, now());
}
