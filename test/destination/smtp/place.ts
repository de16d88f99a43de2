import fs from 'node:fs';
import path from 'node:path';
import type { Destination } from '../../../src/destination/destination.ts';
import { type SmtpSettings, smtp } from '../../../src/destination/smtp/smtp.ts';
import type { DeliveryPlace } from '../../contract/destination.ts';
import {
  type MailServer,
  type MailServerOptions,
  startMailServer,
} from '../../support/mail-server.ts';
import { surroundingsIn } from '../../support/surroundings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface SmtpPlace extends DeliveryPlace {
  readonly server: MailServer;
  destination(settings?: Partial<SmtpSettings>, signal?: AbortSignal): Destination;
}

export async function smtpPlace(options: MailServerOptions): Promise<SmtpPlace> {
  const folder = await temporaryFolder();
  const server = await startMailServer(options);
  const settings: SmtpSettings = {
    kind: options.protocol,
    label: 'server',
    address: server.address,
    to: ['joe@example.org'],
    tls: 'auto',
  };
  return {
    server,
    destination: (others, signal) =>
      smtp(
        { ...settings, ...others },
        { account: 'acc', storeId: 'our-store' },
        surroundingsIn(folder.path, signal),
      ),
    open: (storeId) => smtp(settings, { account: 'acc', storeId }, surroundingsIn(folder.path)),
    visible: () => server.received.map(({ text }) => text),
    hidden: () =>
      fs
        .readdirSync(path.join(folder.path, 'spool'))
        .filter((name) => /_\d+_[0-9a-f]{8}$/.test(name)).length,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
