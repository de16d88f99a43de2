import fs from 'node:fs';
import { Failure } from '../errors.ts';
import {
  batchLength,
  isIntact,
  type JournalHeader,
  type JournalRecord,
  journalVersion,
  parseHeader,
  parseRecord,
} from './journal-line.ts';
import { type LineView, linesOf } from './lines.ts';

export interface Replayed {
  readonly header: JournalHeader;
  /** Octets that count. What stands behind them was torn by a crash and never acknowledged. */
  readonly length: number;
  readonly lines: number;
}

/** Gets each record with its line, LF included: a view, valid during the call. */
export type OnRecord = (record: JournalRecord, line: Buffer) => void;

/**
 * Reads a journal and hands over its records in order. An end that a crash tore is left out, the whole batch of it;
 * damage anywhere else, a newer version or another account's journal is a Failure with code `state` that names file and
 * line. Nothing is held but the longest line and the last batch.
 */
export function replay(fd: number, file: string, account: string, onRecord: OnRecord): Replayed {
  const fileLength = fs.fstatSync(fd).size;
  const lines = linesOf(fd);
  const first = lines.next();
  if (first.done) throw damaged(file, 1);
  const header = checkedHeader(first.value, file, account);
  let length = first.value.next;
  let count = 1;
  for (const line of lines) {
    count += 1;
    const octets = lengthOfBatch(line);
    if (octets === undefined) {
      if (!take(line, onRecord)) {
        if (line.next < fileLength) throw damaged(file, count);
        break;
      }
    } else if (line.next + octets >= fileLength) {
      return takeLastBatch(line, octets);
    }
    length = line.next;
  }
  return { header, length, lines: count };

  function takeLastBatch(begin: LineView, octets: number): Replayed {
    const held: [JournalRecord, Buffer][] = [];
    const end = begin.next + octets;
    let reached = begin.next;
    for (const line of lines) {
      if (!take(line, (record, bytes) => held.push([record, Buffer.from(bytes)]))) break;
      reached = line.next;
    }
    if (reached !== end) return { header, length: begin.offset, lines: count };
    for (const [record, bytes] of held) onRecord(record, bytes);
    return { header, length: end, lines: count + held.length };
  }
}

/** False for what is no intact record. */
function take({ bytes, start, end }: LineView, onRecord: OnRecord): boolean {
  const record = isIntact(bytes, start, end) ? parseRecord(bytes, start, end) : undefined;
  if (record === undefined) return false;
  onRecord(record, bytes.subarray(start, end + 1));
  return true;
}

function lengthOfBatch({ bytes, start, end }: LineView): number | undefined {
  const octets = batchLength(bytes, start, end);
  return octets !== undefined && isIntact(bytes, start, end) ? octets : undefined;
}

function checkedHeader(
  { bytes, start, end }: LineView,
  file: string,
  account: string,
): JournalHeader {
  const header = parseHeader(bytes.subarray(start, end));
  if (header === undefined) throw damaged(file, 1);
  if (header.version !== journalVersion) {
    throw stateFailure(file, `was written by a newer popfetch (format ${header.version})`, {
      hint: 'Use that version, or a newer one.',
    });
  }
  if (header.account !== account) {
    throw stateFailure(file, `belongs to the account ${header.account}`, {
      hint: 'Put the right journal in its place.',
    });
  }
  return header;
}

function damaged(file: string, line: number): Failure {
  return stateFailure(file, `line ${line} is damaged`, {
    hint: 'Put the file back from a backup; nothing is fetched until then, so that nothing comes twice.',
  });
}

export function stateFailure(path: string, reason: string, facts: { hint: string }): Failure {
  return new Failure('state', `${path}: ${reason}`, { phase: 'state', path, reason, ...facts });
}
