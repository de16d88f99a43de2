import type { DeliveryOwner, Destination } from '../destination.ts';
import { spooled } from '../spool/spooled.ts';
import { MailServer, type MailServerSettings } from './mail-server.ts';

export type SmtpSettings = MailServerSettings;

/** What the outside world is to a mail server. */
export interface SmtpSurroundings {
  /** The account's own folder for messages on their way. */
  readonly spool: string;
  readonly hostname: string;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** A mail server that takes the messages over by SMTP (RFC 5321) or LMTP (RFC 2033). */
export function smtp(
  settings: SmtpSettings,
  owner: DeliveryOwner,
  surroundings: SmtpSurroundings,
): Destination {
  const { spool: folder, hostname } = surroundings;
  return spooled(
    new MailServer(settings, surroundings),
    { folder, hostname, ifUnsure: 'redeliver' },
    owner,
  );
}
