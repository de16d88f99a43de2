import type { DeliveryOwner, DeliverySurroundings, Destination } from './destination.ts';
import { type MaildirSettings, maildir } from './maildir/maildir.ts';
import { type MboxSettings, mbox } from './mbox/mbox.ts';
import { type PipeSettings, type PipeSurroundings, pipe } from './pipe/pipe.ts';
import { type SmtpSettings, smtp } from './smtp/smtp.ts';

/** One entry for each kind of destination, with its settings as the configuration gives them. */
export type KindSettings =
  | ({ readonly kind: 'maildir' } & MaildirSettings)
  | ({ readonly kind: 'mbox' } & MboxSettings)
  | ({ readonly kind: 'pipe' } & PipeSettings)
  | ({ readonly kind: 'lmtp' | 'smtp' } & SmtpSettings);

/** What the outside world is to a destination. */
export type DestinationSurroundings = PipeSurroundings & DeliverySurroundings;

export function destinationOf(
  settings: KindSettings,
  owner: DeliveryOwner,
  surroundings: DestinationSurroundings,
): Destination {
  switch (settings.kind) {
    case 'maildir':
      return maildir(settings, owner);
    case 'mbox':
      return mbox(settings, owner, surroundings);
    case 'pipe':
      return pipe(settings, owner, surroundings);
    case 'lmtp':
    case 'smtp':
      return smtp(settings, owner, surroundings);
    default:
      throw new TypeError(settings satisfies never);
  }
}
