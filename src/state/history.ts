import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile, writeFully } from '../durable/file.ts';
import { type FailureCode, failureNatures } from '../errors.ts';
import { accountFolder } from './account-folder.ts';

/** One poll, as `popfetch history` shows it. */
export interface HistoryEntry {
  /** When it ended, ms since 1970. */
  readonly at: number;
  /** Undefined when it went well. */
  readonly code: FailureCode | undefined;
  readonly new: number;
  /** Octets of those. */
  readonly bytes: number;
  readonly deleted: number;
  readonly durationMs: number;
}

/** The polls that are still known, the oldest first. A line that cannot be read is as if it had never been written. */
export function readHistory(stateDirectory: string, account: string): readonly HistoryEntry[] {
  try {
    const text = fs.readFileSync(fileOf(stateDirectory, account), 'utf8');
    return text.split('\n').flatMap((line) => entryFrom(line) ?? []);
  } catch {
    return [];
  }
}

/** Adds a poll; the oldest are dropped, so that the file never grows beyond some 400 kB. Throws a Failure. */
export async function addToHistory(
  stateDirectory: string,
  account: string,
  entry: HistoryEntry,
): Promise<void> {
  await makeDirectory(accountFolder(stateDirectory, account), 0o700);
  const file = fileOf(stateDirectory, account);
  const line = `${JSON.stringify(entry)}\n`;
  const length = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (length < longest) {
    const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = fs.constants;
    const fd = fs.openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
    try {
      writeFully(fd, Buffer.from(line));
    } finally {
      fs.closeSync(fd);
    }
    return;
  }
  const kept = readHistory(stateDirectory, account).slice(-entriesKept);
  const text = kept.map((one) => `${JSON.stringify(one)}\n`).join('') + line;
  await replaceFile(file, Buffer.from(text), 0o600, 'not synced');
}

const longest = 400_000;
/** A day of polls a minute apart. */
const entriesKept = 1500;

function fileOf(stateDirectory: string, account: string): string {
  return path.join(accountFolder(stateDirectory, account), 'history');
}

function entryFrom(line: string): HistoryEntry | undefined {
  try {
    const said: unknown = JSON.parse(line);
    if (typeof said !== 'object' || said === null) return undefined;
    const fields = new Map<string, unknown>(Object.entries(said));
    const at = numberOf(fields.get('at'));
    if (at === undefined || at > lastMoment) return undefined;
    const code = fields.get('code');
    return {
      at,
      code: isCode(code) ? code : undefined,
      new: numberOf(fields.get('new')) ?? 0,
      bytes: numberOf(fields.get('bytes')) ?? 0,
      deleted: numberOf(fields.get('deleted')) ?? 0,
      durationMs: numberOf(fields.get('durationMs')) ?? 0,
    };
  } catch {
    return undefined;
  }
}

function numberOf(said: unknown): number | undefined {
  return typeof said === 'number' && Number.isFinite(said) && said >= 0 ? said : undefined;
}

/** ms since 1970: the last that has a date. */
const lastMoment = 8.64e15;

function isCode(said: unknown): said is FailureCode {
  return typeof said === 'string' && Object.hasOwn(failureNatures, said);
}
