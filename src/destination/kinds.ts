import type { DeliveryOwner, Destination } from './destination.ts';
import { type MaildirSettings, maildir } from './maildir/maildir.ts';

/** One entry for each kind of destination, with its settings as the configuration gives them. */
export type KindSettings = { readonly kind: 'maildir' } & MaildirSettings;

export function destinationOf(settings: KindSettings, owner: DeliveryOwner): Destination {
  switch (settings.kind) {
    case 'maildir':
      return maildir(settings, owner);
    default:
      throw new TypeError(settings.kind satisfies never);
  }
}
