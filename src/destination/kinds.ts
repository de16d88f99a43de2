import type { DeliveryOwner, DeliverySurroundings, Destination } from './destination.ts';
import { type MaildirSettings, maildir } from './maildir/maildir.ts';
import { type MboxSettings, mbox } from './mbox/mbox.ts';
import { type PipeSettings, type PipeSurroundings, pipe } from './pipe/pipe.ts';
import { withQuarantine } from './quarantine/quarantine.ts';
import { several } from './several/several.ts';
import { type SmtpSettings, smtp } from './smtp/smtp.ts';

/** One entry for each kind of destination, with its settings as the configuration gives them. */
export type KindSettings = SingleSettings | SeveralSettings;

/** All of them must accept a message. */
export interface SeveralSettings {
  readonly kind: 'several';
  readonly label: string;
  readonly parts: readonly SingleSettings[];
}

export type SingleSettings =
  | ({ readonly kind: 'maildir' } & MaildirSettings)
  | ({ readonly kind: 'mbox' } & MboxSettings)
  | ({ readonly kind: 'pipe' } & PipeSettings)
  | ({ readonly kind: 'lmtp' | 'smtp' } & SmtpSettings);

/** What the outside world is to a destination. */
export type DestinationSurroundings = PipeSurroundings &
  DeliverySurroundings & {
    /** Folder for what is refused for good; undefined where nothing of that kind is kept. */
    readonly quarantine?: string;
  };

type Identified =
  | ({ readonly kind: 'maildir' | 'mbox' } & Pick<MaildirSettings, 'path'>)
  | ({ readonly kind: 'pipe' } & Pick<PipeSettings, 'command'>)
  | ({ readonly kind: 'lmtp' | 'smtp' } & Pick<SmtpSettings, 'address' | 'to'>);

export function destinationOf(
  settings: KindSettings,
  owner: DeliveryOwner,
  surroundings: DestinationSurroundings,
): Destination {
  const main =
    settings.kind === 'several'
      ? severalOf(settings, owner, surroundings)
      : singleOf(settings, owner, surroundings);
  const { quarantine: folder } = surroundings;
  if (folder === undefined) return main;
  const destination = maildir({ path: folder, label: 'quarantine' }, owner);
  return withQuarantine(main, { folder, destination });
}

function severalOf(
  { label, parts }: SeveralSettings,
  owner: DeliveryOwner,
  surroundings: DestinationSurroundings,
): Destination {
  return several(
    label,
    parts.map((settings) => {
      const destination = singleOf(settings, owner, surroundings);
      return { identity: identityOf(settings), destination };
    }),
  );
}

/** What makes it another destination when it changes: not its time-out, its login, nor how it is called. */
export function identityOf(settings: Identified): string {
  const { kind } = settings;
  switch (kind) {
    case 'maildir':
    case 'mbox':
      return JSON.stringify([kind, settings.path]);
    case 'pipe':
      return JSON.stringify([kind, settings.command]);
    case 'lmtp':
    case 'smtp':
      return JSON.stringify([kind, settings.address, settings.to]);
    default:
      throw new TypeError(settings satisfies never);
  }
}

function singleOf(
  settings: SingleSettings,
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
