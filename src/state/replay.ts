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
import { endOfLines, type LineView, linesOf } from './lines.ts';

export interface Replayed {
  readonly header: JournalHeader;
  /** Octets that count. What stands behind them was torn by a crash and never acknowledged. */
  readonly length: number;
  readonly lines: number;
}

/** Gets each record with its line, which is valid during the call. */
export type OnRecord = (record: JournalRecord, line: LineView) => void;

/**
 * Reads a journal and hands over its records in order. An end that a crash tore is left out, the whole batch of it;
 * damage anywhere else, a newer version or another account's journal is a Failure with code `state` that names file and
 * line. Nothing is held but the longest line and the last batch.
 */
export function replay(fd: number, file: string, account: string, onRecord: OnRecord): Replayed {
  const end = endOfLines(fd);
  const lines = linesOf(fd);
  const first = lines.next();
  if (first.done) throw damaged(file, 1);
  const header = checkedHeader(first.value, file, account);
  let length = first.value.next;
  let count = 1;
  for (const line of lines) {
    const octets = lengthOfBatch(line);
    if (octets !== undefined && line.next + octets >= end) {
      const batch = wholeBatch(lines, line.next + octets);
      if (batch === undefined) break;
      for (const [record, copy] of batch) onRecord(record, copy);
      return { header, length: line.next + octets, lines: count + 1 + batch.length };
    }
    if (octets === undefined) {
      const record = recordOf(line);
      if (record !== undefined) onRecord(record, line);
      else if (line.next < end) throw damaged(file, count + 1);
      else break;
    }
    length = line.next;
    count += 1;
  }
  return { header, length, lines: count };
}

/** The last batch, unless a line of it is not intact or missing: then nothing of it was acknowledged. */
function wholeBatch(
  lines: Iterable<LineView>,
  end: number,
): readonly (readonly [JournalRecord, LineView])[] | undefined {
  const records: [JournalRecord, LineView][] = [];
  let reached = 0;
  for (const line of lines) {
    const record = recordOf(line);
    if (record === undefined) return undefined;
    const bytes = Buffer.from(line.bytes.subarray(line.start, line.end + 1));
    records.push([record, { ...line, bytes, start: 0, end: bytes.length - 1 }]);
    reached = line.next;
  }
  return reached === end ? records : undefined;
}

/** Undefined for what is no intact record. */
function recordOf({ bytes, start, end }: LineView): JournalRecord | undefined {
  return isIntact(bytes, start, end) ? parseRecord(bytes, start, end) : undefined;
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
