import type { AccountConfig } from '../../config/config.ts';
import type { Emit } from '../../events.ts';
import { formatCount } from '../../log/format.ts';
import { verifyReporter } from '../../log/verify.ts';
import { look } from '../../poll/look.ts';
import { type PollAccount, type PollResult, poll } from '../../poll/poll.ts';
import { Local } from '../local.ts';
import { reporting } from '../reporters.ts';
import type { StateCommand } from './state.ts';

/** Takes messages for seen: those named, or all that are on the server now. They are not fetched, and stay there. */
export async function skipState(command: StateCommand, account: AccountConfig): Promise<number> {
  using local = new Local(command.world, command.stateDir);
  const { uids } = command.invocation;
  // Not without await: signals are watched until this function is left.
  if (uids.length === 0) return await skipAll(command, account, local);
  const { dryRun } = command.invocation;
  await using store = await local.account(account).openStore(dryRun ? 'dry-run' : 'poll');
  const unknown = uids.filter((uid) => !store.has(uid));
  if (!dryRun) await store.mark(unknown, command.world.now());
  tell(command, account.name, unknown.length);
  return 0;
}

async function skipAll(
  command: StateCommand,
  account: AccountConfig,
  local: Local,
): Promise<number> {
  const { world, invocation } = command;
  using reports = await reporting(invocation.global, world, verifyReporter);
  const began = performance.now();
  const skip = invocation.dryRun ? lookAtNew : markAll;
  const { result, marked } = await skip(
    local.account({ ...account, keep: true, atMost: undefined }, 'begun'),
    {
      emit: reports.emit,
      stop: local.signal,
      signal: local.signal,
      now: world.now,
    },
  );
  const { counts, failure } = result;
  reports.emit({
    type: 'account.end',
    account: account.name,
    destination: account.deliver.label,
    counts: { ...counts, wanted: 0 },
    durationMs: performance.now() - began,
    dryRun: invocation.dryRun,
    ...(failure && { failure }),
  });
  if (failure !== undefined) return local.status(failure);
  tell(command, account.name, marked);
  return 0;
}

interface Skipping {
  readonly emit: Emit;
  readonly stop: AbortSignal;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

interface Skipped {
  readonly result: PollResult;
  readonly marked: number;
}

/** A poll of the kind that a first contact is, where only what comes later is wanted. */
async function markAll(account: PollAccount, context: Skipping): Promise<Skipped> {
  const marking = { ...account, policy: { ...account.policy, fetch: 'marked' } as const };
  const result = await poll(marking, context);
  return { result, marked: result.counts.skipped };
}

async function lookAtNew(account: PollAccount, context: Skipping): Promise<Skipped> {
  let marked = 0;
  const unlimited = { limit: undefined, maxSize: undefined, maxBytes: undefined };
  const all = { ...account, policy: { ...account.policy, ...unlimited, fetch: 'all' } as const };
  const result = await look(all, context, ({ plan }) => {
    marked = plan.retrieve.length;
  });
  return { result, marked };
}

function tell({ world, invocation }: StateCommand, account: string, count: number): void {
  if (invocation.global.quiet || invocation.global.json) return;
  const would = invocation.dryRun ? 'would be ' : '';
  const text = `${formatCount(count, 'message')} ${would}taken for seen, to stay on the server`;
  world.stdout.write(`${account}: ${text}\n`);
}
