import fs from 'node:fs';
import path from 'node:path';
import type { Destination } from '../../../src/destination/destination.ts';
import { type PipeSettings, pipe } from '../../../src/destination/pipe/pipe.ts';
import type { DeliveryPlace } from '../../contract/destination.ts';
import { surroundingsIn } from '../../support/surroundings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface PipePlace extends DeliveryPlace {
  readonly folder: string;
  /** Full path of a new script for the shell, to be run as the command. */
  script(text: string): string;
  command(settings: Partial<PipeSettings>, signal?: AbortSignal): Destination;
  /** The messages that are in the spool. */
  spooled(): string[];
  read(name: string): string;
}

/** Keeps what it gets on stdin in a file of its own, as a mail program would. */
const keep = 'umask 77; f=$(mktemp "$HOME/kept.XXXXXXXX") && cat >"$f"';

export async function pipePlace(): Promise<PipePlace> {
  const temporary = await temporaryFolder();
  const folder = temporary.path;
  let scripts = 0;
  const place: PipePlace = {
    folder,
    script(text) {
      scripts += 1;
      const file = path.join(folder, `script${scripts}`);
      fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
      return file;
    },
    command: (settings, signal) =>
      pipe(
        {
          label: 'program',
          command: { line: keep },
          timeout: 20_000,
          concurrency: 1,
          ifUnsure: 'redeliver',
          ...settings,
        },
        { account: 'acc', storeId: 'our-store' },
        surroundingsIn(folder, signal),
      ),
    open: (storeId) =>
      pipe(
        {
          label: 'keep',
          command: { line: keep },
          timeout: 20_000,
          concurrency: 1,
          ifUnsure: 'redeliver',
        },
        { account: 'acc', storeId },
        surroundingsIn(folder),
      ),
    visible: () =>
      fs
        .readdirSync(folder)
        .filter((name) => name.startsWith('kept.'))
        .map((name) => place.read(name)),
    hidden: () => place.spooled().length,
    spooled: () =>
      fs.readdirSync(path.join(folder, 'spool')).filter((name) => /_\d+_[0-9a-f]{8}$/.test(name)),
    read: (name) => fs.readFileSync(path.join(folder, name), 'latin1'),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
  return place;
}
