import { hookKeys } from './hook-keys.ts';
import { accountKeys, alertKeys, topKeys } from './keys.ts';
import { type KeyGroup, reportUnknownKeys } from './settings.ts';
import type { Entry, Mistake, Tree } from './tree.ts';
import { nameOf } from './values.ts';

/** What to begin with. */
export const SKETCH = 'accounts: {NAME: {host: ..., user: ..., password: ...}}';

export const topGroup: KeyGroup = {
  keys: { accounts: {}, defaults: {}, alerts: {}, hooks: {}, ...topKeys },
  place: 'at the top, not in an account',
  sketch: SKETCH,
};

export const accountGroup: KeyGroup = {
  keys: accountKeys,
  place: 'in an account or under "defaults"',
  sketch: '{host: ..., user: ..., password: ...}',
};

export const alertGroup: KeyGroup = {
  keys: alertKeys,
  place: 'under "alerts"',
  sketch: '{after: 3, remind: 24h}',
};

export const hookGroup: KeyGroup = {
  keys: hookKeys,
  place: 'under "hooks"',
  sketch: '{newMail: [program, argument, ...]}',
};

export interface CheckedMap {
  readonly map: Tree;
  /** Keys that were probably meant by unknown ones: they are not missing as well. */
  readonly meant: readonly string[];
}

/** An entry's value when it is a map (nothing counts as an empty one); its unknown keys are reported. */
export function checkedMap(
  entry: Entry | undefined,
  group: KeyGroup,
  elsewhere: readonly KeyGroup[],
  mistakes: Mistake[],
): CheckedMap | undefined {
  if (entry === undefined) return undefined;
  const { key, value } = entry;
  if (value.kind !== 'map' && value.kind !== 'empty') {
    const message = `${key}: expected keys, found ${shape(value)}`;
    const hint = `write ${key}: ${group.sketch}`;
    mistakes.push({ span: value, message, hint, ...(value.kind === 'text' && { isSecret: true }) });
    return undefined;
  }
  return { map: value, meant: reportUnknownKeys(value, group, elsewhere, mistakes) };
}

/** Never the text itself: `gmx: hunter2` may hold a password. */
function shape(tree: Tree): string {
  return tree.kind === 'text' ? 'text' : nameOf(tree);
}
