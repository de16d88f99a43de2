import type { Note } from '../plan.ts';
import type { Translated } from './connection.ts';
import type { Options } from './options.ts';

/** When it is polled, how much is fetched, and what stays on the server. `cycle`: seconds between polls of all. */
export function polling(options: Options, cycle: number | undefined): Translated {
  const keep = options.isOn('keep');
  const [size, count] = [options.amount('limit'), options.amount('fetchlimit')];
  const [timeout, interval] = [options.amount('timeout'), options.amount('interval')];
  const every = cycle === undefined ? undefined : Math.min(cycle * (interval ?? 1), longest);
  const amounts: Amounts = {
    ...(every !== undefined && { every: `${every}s` }),
    ...(size !== undefined && { maxSize: `${size}B` }),
    ...(count !== undefined && { limit: count }),
    ...(timeout !== undefined && { timeout: `${timeout}s` }),
  };
  const settings = { keep, ...amounts };
  return { settings, notes: [...keepNotes(options), ...amountNotes(options, amounts)] };
}

type Amounts = Readonly<Record<string, string | number>>;

/** 31 days. */
const longest = 31 * 24 * 3600;

function keepNotes(options: Options): readonly Note[] {
  return [
    ...options.note('keep', 'taken', `keep: ${options.isOn('keep')}`),
    ...(options.isOn('fetchall') ? options.note('fetchall', 'changed', notAgain) : []),
    ...(options.isOn('flush') ? options.note('flush', 'left', notDeleted) : []),
    ...(options.isOn('limitflush') ? options.note('limitflush', 'left', notDeleted) : []),
  ];
}

const notAgain = 'what was seen is not fetched again';
const notDeleted = 'nothing is deleted that was not delivered by popfetch';

function amountNotes(options: Options, amounts: Amounts): readonly Note[] {
  const of = (word: string, key: string): readonly Note[] => {
    const value = amounts[key];
    return value === undefined
      ? options.note(word, 'left', 'no limit, as without it')
      : options.note(word, 'taken', `${key}: ${value}`);
  };
  return [
    ...of('interval', 'every'),
    ...of('limit', 'maxSize'),
    ...of('fetchlimit', 'limit'),
    ...of('timeout', 'timeout'),
  ];
}
