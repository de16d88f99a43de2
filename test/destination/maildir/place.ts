import fs from 'node:fs';
import path from 'node:path';
import { type MaildirSurroundings, maildir } from '../../../src/destination/maildir/maildir.ts';
import type { DeliveryPlace } from '../../contract/destination.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface MaildirPlace extends DeliveryPlace {
  readonly root: string;
  /** ms since 1970; soon after the messages came. */
  now: number;
  names(folder: 'tmp' | 'new' | 'cur'): string[];
}

export async function maildirPlace(): Promise<MaildirPlace> {
  const folder = await temporaryFolder();
  const root = path.join(folder.path, 'mail', 'Maildir');
  const names = (sub: string) => fs.readdirSync(path.join(root, sub));
  const place = {
    root,
    now: Date.UTC(2026, 10, 22, 6, 52),
    names,
    open(storeId: string) {
      const surroundings: MaildirSurroundings = { hostname: 'h', now: () => place.now };
      return maildir({ path: root, label: 'Maildir' }, { account: 'acc', storeId }, surroundings);
    },
    visible: () =>
      ['new', 'cur'].flatMap((sub) =>
        names(sub).map((name) => fs.readFileSync(path.join(root, sub, name), 'latin1')),
      ),
    hidden: () => names('tmp').length,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  return place;
}
