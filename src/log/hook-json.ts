import type { HookName, PopfetchEvent } from '../events.ts';
import { accountEnd, errorFields, jsonLine } from './json.ts';
import type { WordsContext } from './words.ts';

export interface FiredHook {
  readonly hook: HookName;
  /** One JSON object, with a line end. */
  readonly json: string;
}

export interface HookContext extends WordsContext {
  /** Names this run. */
  readonly run: string;
  /** Where the account's mail goes, as the user wrote it. */
  readonly destinations: readonly string[];
}

/**
 * The hooks that fire at the end of an account's poll, in order, with what each gets to read: the fields of the JSON
 * lines for the same thing. They fire where `--quiet` speaks, and where new mail was delivered.
 */
export function firedHooks(
  event: Extract<PopfetchEvent, { type: 'account.end' }>,
  context: HookContext,
): readonly FiredHook[] {
  const { announce, failure, counts, dryRun } = event;
  const { destinations, run, now } = context;
  if (dryRun) return [];
  const fired = (hook: HookName, fields: object): FiredHook => ({
    hook,
    json: jsonLine({ ...fields, event: hook }, run, now),
  });
  const hooks: FiredHook[] = [];
  if (announce?.kind === 'recovered') {
    const { since, count } = announce;
    const before = { since: new Date(since).toISOString(), count };
    hooks.push(fired('recovered', { ...accountEnd(event), ...before }));
  } else if (announce !== undefined && failure !== undefined) {
    const reminder = announce.kind === 'still-failing';
    hooks.push(fired('failure', { ...errorFields(failure, context), reminder }));
  }
  if (counts.new > 0) hooks.push(fired('newMail', { ...accountEnd(event), destinations }));
  return hooks;
}
