import type { HeaderPrint } from '../mail/fingerprint.ts';
import { isUnnamed } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { Plan } from './plan.ts';

/** On record while the unique-ids have changed and not everything was compared yet. */
const churnMark = ' churn';

/** On record while few messages have vanished, and none came that could be these. */
const vanishedMark = ' vanished';

/** So many messages do not leave a maildrop at once without a reason. */
const many = 5;

/** Of those that were there, so many may have kept their unique-ids: two servers may give some alike. */
const mostKept = 0.1;

/**
 * Whether the server has given all its messages new unique-ids, as after it was moved: none of many that were there is.
 * Where few were there, or nearly all have vanished, it may be so: the headers tell. While a server is being moved it may
 * list nothing at all. Pure.
 */
export function churnAmong(
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'has' | 'present'>,
): 'sure' | 'possible' | 'none' {
  if (store.has(churnMark)) return 'sure';
  const { present } = store;
  if (present === 0) return store.has(vanishedMark) ? 'possible' : 'none';
  const most = Math.floor(present * mostKept);
  // Who has no unique-id keeps its identity, whatever the server does.
  const isNamed = ({ uid }: MessageRef) => !isUnnamed(uid);
  const isAnyNamed = messages.some(isNamed);
  let [kept, keptUnnamed] = [0, 0];
  for (const ref of messages) {
    if (!store.has(ref.uid)) continue;
    if (isAnyNamed && !isNamed(ref)) keptUnnamed++;
    // Mostly so after the first few of a hundred thousand.
    else if (kept++ === most) return 'none';
  }
  return present >= many && kept + keptUnnamed === 0 ? 'sure' : 'possible';
}

/**
 * Whether these headers of messages that are stored show that the unique-ids have changed. One alone may be of a message
 * that was sent twice, unless it was written for one message only. Pure.
 */
export function showsChurn(stored: readonly HeaderPrint[]): boolean {
  return (
    stored.some(({ isDated }) => isDated) || new Set(stored.map(({ header }) => header)).size > 1
  );
}

/** What goes on record before anything else happens: whatever comes between, the next session goes on comparing. */
export function churnMarks(
  churn: 'sure' | 'possible' | 'none',
  isEmpty: boolean,
  store: Pick<SeenStore, 'has'>,
): readonly string[] {
  const mark =
    churn === 'sure' ? churnMark : isEmpty && churn === 'possible' ? vanishedMark : undefined;
  return mark === undefined || store.has(mark) ? [] : [mark];
}

/** Of these records, those that end with a session in which nothing was left out. */
export function settledChurn(
  { leave }: Pick<Plan, 'leave'>,
  store: Pick<SeenStore, 'has'>,
): readonly string[] {
  if (leave.some(({ because }) => because === 'over-limit')) return [];
  return [churnMark, vanishedMark].filter((mark) => store.has(mark));
}
