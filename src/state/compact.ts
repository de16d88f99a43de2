import fs from 'node:fs';
import path from 'node:path';
import { createFile, fsync, syncDirectory, writeFully } from '../durable/file.ts';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import type { Intent } from '../mail/intent.ts';
import { headerLine, type JournalHeader, recordLine } from './journal-line.ts';
import type { Ledger } from './ledger.ts';
import type { LineView } from './lines.ts';
import { replay } from './replay.ts';

/** Whether the journal carries so many lines more than its facts need that a rewrite pays. */
export function isWorthCompacting(lines: number, ledger: Ledger): boolean {
  const { known, gone, promised, trouble, parts, quarantined } = ledger;
  const facts = [known, gone, promised, trouble, parts, quarantined];
  const needed = facts.reduce((sum, { size }) => sum + size, 0);
  return lines > 1000 + 1.5 * needed;
}

/**
 * Writes the journal anew with a line for each fact and puts it in the place of the old one, which stays as `.bak`. There
 * is a whole journal in its place at every moment. `ledger` must be what the journal at `fd` adds up to.
 */
export async function compact(
  fd: number,
  file: string,
  header: JournalHeader,
  ledger: Ledger,
): Promise<void> {
  const next = `${file}.new`;
  try {
    fs.rmSync(next, { force: true });
    const out = createFile(next, 0o600);
    try {
      writeCompacted(fd, file, header, ledger, out);
      await fsync(out);
    } finally {
      fs.closeSync(out);
    }
    keepAs(file, `${file}.bak`);
    fs.renameSync(next, file);
  } catch (error) {
    fs.rmSync(next, { force: true });
    throw storageFailure(error, file, 'state');
  }
  await syncDirectory(path.dirname(file));
}

/** Copies from the old one, so that places and hashes need not be kept in memory for it. */
function writeCompacted(
  fd: number,
  file: string,
  header: JournalHeader,
  ledger: Ledger,
  out: number,
): void {
  const lines = new LineWriter(out);
  lines.add(headerLine(header.account, header.storeId));
  const promised = new Map<string, Promised[]>();
  const isCurrent = (uid: string, at: number) => ledger.known.get(uid) === at;
  replay(fd, file, header.account, (record, line) => {
    const { kind, uid } = record;
    if (kind === 'intent') {
      const promise = { intent: record.intent, line: textOf(line) };
      promised.set(uid, [...(promised.get(uid) ?? []), promise]);
    } else if (kind === 'part') promised.delete(uid);
    else if ((kind === 'seen' || kind === 'marked') && isCurrent(uid, record.at))
      lines.add(textOf(line));
    else if (kind === 'done' || kind === 'withdrawn') {
      const stored = promised.get(uid)?.at(-1)?.intent;
      if (kind === 'done' && isCurrent(uid, record.at)) {
        const seen = { kind: 'seen', uid, at: record.at } as const;
        lines.add(recordLine(stored === undefined ? seen : { ...seen, stored }));
      }
      promised.delete(uid);
    }
  });
  for (const [uid, at] of ledger.gone) lines.add(recordLine({ kind: 'gone', uid, at }));
  for (const [uid, trouble] of ledger.trouble)
    lines.add(recordLine({ kind: 'trouble', uid, ...trouble }));
  for (const [uid, parts] of ledger.parts) lines.add(recordLine({ kind: 'part', uid, parts }));
  for (const one of ledger.quarantined.values())
    lines.add(recordLine({ kind: 'quarantined', ...one }));
  for (const { line } of [...promised.values()].flat()) lines.add(line);
  lines.flush();
}

interface Promised {
  readonly intent: Intent;
  readonly line: string;
}

function textOf({ bytes, start, end }: LineView): string {
  return bytes.toString('latin1', start, end + 1);
}

/** Gathers lines into large writes. */
class LineWriter {
  readonly #fd: number;
  #lines: string[] = [];
  #length = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= 256 * 1024) this.flush();
  }

  flush(): void {
    writeFully(this.#fd, Buffer.from(this.#lines.join(''), 'latin1'));
    this.#lines = [];
    this.#length = 0;
  }
}

function keepAs(file: string, backup: string): void {
  fs.rmSync(backup, { force: true });
  try {
    fs.linkSync(file, backup);
  } catch (error) {
    // Some file systems have no hard links; the backup is for people, nothing here reads it.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) {
      throw error;
    }
  }
}
