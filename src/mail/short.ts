import type { MessageRef } from './message.ts';

/**
 * Whether so many octets are fewer than were listed, by more than servers miscount that add the separator of an mbox
 * (popa3d). The end of such a message may be none: a server that does not byte-stuff sends what follows as replies.
 */
export function isShort({ size }: MessageRef, octets: number): boolean {
  return octets + 4 < size;
}
