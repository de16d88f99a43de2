import { maildropAt } from '../providers/provider.ts';
import { formatDuration } from './format.ts';

/** What a refused login usually means at this server's provider; undefined where nothing is known of it. */
export function providerHint(host: string): string | undefined {
  const { refused, leastInterval } = maildropAt(host) ?? {};
  const often =
    leastInterval === undefined
      ? undefined
      : `It allows one login in ${formatDuration(leastInterval)}.`;
  const sentences = [refused, often].filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
