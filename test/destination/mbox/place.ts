import fs from 'node:fs';
import path from 'node:path';
import type { Destination } from '../../../src/destination/destination.ts';
import { Mbox, type MboxSurroundings } from '../../../src/destination/mbox/mbox.ts';
import { Turns } from '../../../src/destination/mbox/turns.ts';
import type { DeliveryPlace } from '../../contract/destination.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export interface MboxPlace extends DeliveryPlace {
  readonly file: string;
  readonly spool: string;
  /** What was told to the user. */
  readonly notices: string[];
  /** Octets of the mbox, latin1; empty where it is not there. */
  text(): string;
  /** One more process, beside those that there are. */
  another(account: string, changed?: Partial<MboxSurroundings>): Destination;
}

export async function mboxPlace(): Promise<MboxPlace> {
  const folder = await temporaryFolder();
  const file = path.join(folder.path, 'mail', 'inbox');
  const spool = path.join(folder.path, 'state', 'spool');
  const opened: Destination[] = [];
  const notices: string[] = [];
  const text = () => (fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : '');
  const place = (account: string, storeId: string, changed: Partial<MboxSurroundings> = {}) => {
    const settings = { path: file, label: '~/mail/inbox' };
    return new Mbox(
      settings,
      { account, storeId },
      { ...surroundings(spool, notices), ...changed },
    );
  };
  return {
    file,
    spool,
    notices,
    text,
    open(storeId: string) {
      // The process that had it before is gone, and its locks with it.
      for (const before of opened) void before.release?.();
      const destination = place('acc', storeId);
      opened.push(destination);
      return destination;
    },
    another: (account, changed) => place(account, 'our-store', changed),
    visible: () => messagesIn(text()),
    hidden: () => (fs.existsSync(spool) ? fs.readdirSync(spool).length : 0),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function surroundings(spool: string, notices: string[]): MboxSurroundings {
  return {
    spool,
    signal: new AbortController().signal,
    notice: (text) => void notices.push(text),
    hostname: 'h',
    pid: process.pid,
    now: Date.now,
    wait: 2000,
    turns: new Turns(),
  };
}

/** As an mboxrd reader has them: without `From ` line, quoting and the empty line behind each. */
export function messagesIn(text: string): string[] {
  // A line begins after LF alone: `^` would also see one after a CR.
  const parts = `\n${text.replace(/\n$/, '')}`.split(/\nFrom [^\n]*\n/);
  return parts.slice(1).map((part) => part.replace(/(^|\n)>(>*From )/g, '$1$2'));
}

/** What an mbox keeps of a message: it has no way to say that the last line had no end. */
export function withLastLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
