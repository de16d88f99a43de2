import type { NoPop3Row } from './row.ts';

/** Facts from public sources. */
export const noPop3Rows: readonly NoPop3Row[] = [
  {
    name: 'iCloud Mail',
    domains: 'icloud.com me.com mac.com',
    why: 'Apple offers IMAP only.',
    known: 'published 2026-11',
  },
  {
    name: 'Proton Mail',
    domains: 'proton.me protonmail.com protonmail.ch pm.me',
    why: 'Its mail is encrypted, and the Bridge program that opens it speaks IMAP only.',
    known: 'published 2026-11',
  },
  {
    name: 'Tuta',
    domains: 'tuta.com tuta.io tutanota.com tutanota.de tutamail.com keemail.me',
    why: 'Its mail is encrypted, and only its own programs open it.',
    known: 'published 2026-11',
  },
];
