import type { Fingerprint } from './fingerprint.ts';

/** What was promised before a message became visible; a crashed run leaves these behind for `recover`. */
export interface Intent {
  readonly uid: string;
  /** The destination's own words for the place: opaque outside its folder, printable ASCII without blanks. */
  readonly place: string;
  readonly size: number;
  readonly sha256: string;
  /** Which boot of this machine it was made in. Without a reboot since, what the kernel was told still holds. */
  readonly bootId: string;
  /** What to recognise it by under another unique-id; records of older versions have none. */
  readonly print?: Fingerprint;
}
