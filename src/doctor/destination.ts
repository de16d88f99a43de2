import {
  type Examined,
  type ExamineSurroundings,
  examineDestinations,
} from '../destination/examine.ts';
import type { KindSettings } from '../destination/kinds.ts';
import { type Finding, ok, trouble, warn } from './finding.ts';

/** Whether each of an account's destinations would take mail. Never rejects. */
export async function examineDelivery(
  settings: KindSettings,
  surroundings: ExamineSurroundings,
  now: number,
): Promise<readonly Finding[]> {
  const all = await examineDestinations(settings, surroundings);
  return all.map((one) => findingOf(one, now));
}

function findingOf({ label, state, lockedBy, failure }: Examined, now: number): Finding {
  if (failure !== undefined) return trouble('deliver', failure, { now, destination: label });
  if (lockedBy !== undefined) {
    const fix = 'It is locked while mail is read or delivered; if this lasts, close that program.';
    return warn('deliver', `${label}: locked by process ${lockedBy}`, fix);
  }
  return ok('deliver', `${label}: ${state === 'ready' ? 'ready' : 'the first message makes it'}`);
}
