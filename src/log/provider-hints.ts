import { providerOfHost } from '../providers/provider.ts';
import { formatDuration } from './format.ts';

/** What a refused login usually means at this server's provider; undefined where nothing is known of it. */
export function providerHint(host: string): string | undefined {
  const maildrop = providerOfHost(host)?.maildrop;
  if (maildrop?.kind !== 'pop3') return undefined;
  const { refused, leastInterval } = maildrop;
  const often =
    leastInterval === undefined
      ? undefined
      : `It allows one login in ${formatDuration(leastInterval)}.`;
  const sentences = [refused, often].filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
