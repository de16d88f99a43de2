import { historyLines } from '../../log/history-lines.ts';
import { jsonLine } from '../../log/json.ts';
import { readHistory } from '../../state/history.ts';
import type { Invocation } from '../args.ts';
import { chooseKept, load, tellProblem } from '../configuration.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type HistoryInvocation = Extract<Invocation, { command: 'history' }>;

/** What fits on a screen. */
const mostLines = 20;

/** Lists the last polls, the latest at the end; resolves with the exit status. */
export async function history(
  { global, account }: HistoryInvocation,
  world: World,
): Promise<number> {
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  const polls = chooseKept(config, account === undefined ? [] : [account], stateDir)
    .flatMap((name) => readHistory(stateDir, name).map((one) => ({ account: name, ...one })))
    .sort((one, other) => one.at - other.at);
  if (!global.json) {
    world.stdout.write(historyLines(polls.slice(-mostLines), world.now()));
    return 0;
  }
  for (const { at, ...one } of polls)
    world.stdout.write(jsonLine({ event: 'poll', ...one }, world.run, at));
  return 0;
}
