import { several } from '../../../src/destination/several/several.ts';
import type { DeliveryPlace } from '../../contract/destination.ts';
import { type MaildirPlace, maildirPlace } from '../maildir/place.ts';
import { type MboxPlace, mboxPlace, withLastLineEnd } from '../mbox/place.ts';

export interface SeveralPlace extends DeliveryPlace {
  readonly maildir: MaildirPlace;
  readonly mbox: MboxPlace;
}

/** A Maildir and an mbox, to which everything goes; what is visible must be so in both. */
export async function severalPlace(): Promise<SeveralPlace> {
  const [maildir, mbox] = [await maildirPlace(), await mboxPlace()];
  return {
    maildir,
    mbox,
    open: (storeId) =>
      several('Maildir and mbox', [
        { identity: 'maildir', destination: maildir.open(storeId) },
        { identity: 'mbox', destination: mbox.open(storeId) },
      ]),
    visible() {
      const [one, other] = [maildir.visible().map(withLastLineEnd), mbox.visible()];
      const differs = JSON.stringify(one.sort()) !== JSON.stringify([...other].sort());
      return differs ? ['the two differ', ...one, ...other] : other;
    },
    hidden: () => Math.max(maildir.hidden(), mbox.hidden()),
    async [Symbol.asyncDispose]() {
      await maildir[Symbol.asyncDispose]();
      await mbox[Symbol.asyncDispose]();
    },
  };
}
