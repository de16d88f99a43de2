import { join } from 'node:path';
import type { DestinationSurroundings } from '../../src/destination/kinds.ts';

/** For a destination whose spool is in this folder, and whose user is at home there. */
export function surroundingsIn(
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): DestinationSurroundings {
  return {
    spool: join(folder, 'spool'),
    env: { PATH: process.env.PATH },
    user: { name: 'joe', home: folder },
    hostname: 'h',
    signal,
    notice: () => undefined,
  };
}
