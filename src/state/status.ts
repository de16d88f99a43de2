import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { asFailure, type FailureCode, failureNatures } from '../errors.ts';
import { accountFolder } from './account-folder.ts';
import type { Failing } from './health.ts';
import { writtenInPlace } from './in-place.ts';

/** What `popfetch status` shows of an account: a convenience, no delivery relies on it. Times are ms since 1970. */
export interface AccountStatus {
  readonly lastPollAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly failing: Failing | undefined;
  /** Messages delivered by all polls together. */
  readonly delivered: number;
  /** Octets of those. */
  readonly deliveredBytes: number;
  /** All polls that failed, by code. */
  readonly failures: FailureCounts;
  readonly onServer: number | undefined;
  readonly onServerSize: number | undefined;
  /** When the scheduler polls it next; undefined where none runs. */
  readonly nextPollAt: number | undefined;
  /** ms that the last poll began after it was due; undefined where no scheduler runs. */
  readonly lateBy: number | undefined;
  /** ms that the server demands between two logins. */
  readonly loginDelay: number | undefined;
  /** Logins refused in a row. */
  readonly refused: RefusedLogins | undefined;
  /** Since when the clock is in doubt: no message is deleted for its age until another poll found it going on. */
  readonly clockDoubtedAt: number | undefined;
  /** New messages that the last poll left on the server, by reason. */
  readonly left: readonly LeftOnServer[];
}

export type FailureCounts = Readonly<Partial<Record<FailureCode, number>>>;

export interface RefusedLogins {
  readonly count: number;
  readonly at: number;
  /** Digest of the account's settings at the last one: others are tried at once. */
  readonly settings: string;
}

export interface LeftOnServer {
  readonly reason: string;
  readonly count: number;
  /** Octets. */
  readonly size: number;
  /** Unique-ids of the first of them. */
  readonly uids: readonly string[];
}

export const noStatus: AccountStatus = {
  lastPollAt: undefined,
  lastSuccessAt: undefined,
  failing: undefined,
  delivered: 0,
  deliveredBytes: 0,
  failures: {},
  onServer: undefined,
  onServerSize: undefined,
  nextPollAt: undefined,
  lateBy: undefined,
  loginDelay: undefined,
  refused: undefined,
  clockDoubtedAt: undefined,
  left: [],
};

const version = 1;

/** What cannot be read or understood is as if it had never been written. */
export function readStatus(stateDirectory: string, account: string): AccountStatus {
  const file = path.join(accountFolder(stateDirectory, account), 'status.json');
  let said: unknown;
  try {
    said = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return noStatus;
  }
  return isFields(said) && said.version === version ? statusFrom(said) : noStatus;
}

/** Replaces it as a whole; on a full disk, in the room that it has. Throws a Failure that names the file. */
export async function writeStatus(
  stateDirectory: string,
  account: string,
  status: AccountStatus,
): Promise<void> {
  const folder = accountFolder(stateDirectory, account);
  await makeDirectory(folder, 0o700);
  const text = `${JSON.stringify({ version, ...status }, undefined, 2)}\n`;
  const file = path.join(folder, 'status.json');
  try {
    await replaceFile(file, Buffer.from(text), 0o600, 'not synced');
  } catch (thrown) {
    // It would be lost that the full disk was announced, and each poll would announce it again.
    if (asFailure(thrown).code !== 'no_space' || !writtenInPlace(file, text)) throw thrown;
  }
}

function statusFrom(said: Fields): AccountStatus {
  return {
    lastPollAt: numberOf(said.lastPollAt),
    lastSuccessAt: numberOf(said.lastSuccessAt),
    failing: failingFrom(said.failing),
    delivered: numberOf(said.delivered) ?? 0,
    deliveredBytes: numberOf(said.deliveredBytes) ?? 0,
    failures: failuresFrom(said.failures),
    onServer: numberOf(said.onServer),
    onServerSize: numberOf(said.onServerSize),
    nextPollAt: numberOf(said.nextPollAt),
    lateBy: numberOf(said.lateBy),
    loginDelay: numberOf(said.loginDelay),
    refused: refusedFrom(said.refused),
    clockDoubtedAt: numberOf(said.clockDoubtedAt),
    left: Array.isArray(said.left) ? said.left.flatMap((one) => leftFrom(one) ?? []) : [],
  };
}

function failuresFrom(said: unknown): FailureCounts {
  if (!isFields(said)) return {};
  const counts = Object.entries(said).filter(
    ([code, count]) => isCode(code) && numberOf(count) !== undefined,
  );
  return Object.fromEntries(counts);
}

function refusedFrom(said: unknown): RefusedLogins | undefined {
  if (!isFields(said)) return undefined;
  const { settings } = said;
  const count = numberOf(said.count);
  const at = numberOf(said.at);
  if (count === undefined || at === undefined || typeof settings !== 'string') return undefined;
  return { count, at, settings };
}

function leftFrom(said: unknown): LeftOnServer | undefined {
  if (!isFields(said) || typeof said.reason !== 'string') return undefined;
  const uids = Array.isArray(said.uids) ? said.uids.filter((uid) => typeof uid === 'string') : [];
  const count = numberOf(said.count) ?? uids.length;
  return { reason: said.reason, count, size: numberOf(said.size) ?? 0, uids };
}

function failingFrom(said: unknown): Failing | undefined {
  if (!isFields(said)) return undefined;
  const since = numberOf(said.since);
  const count = numberOf(said.count);
  const { code } = said;
  if (since === undefined || count === undefined || !isCode(code)) return undefined;
  const announced = Array.isArray(said.announced) ? said.announced.filter(isCode) : [];
  return {
    since,
    count,
    code,
    sameCode: numberOf(said.sameCode) ?? 1,
    announcedAt: numberOf(said.announcedAt),
    announced,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(said: unknown): said is Fields {
  return typeof said === 'object' && said !== null && !Array.isArray(said);
}

/** Counts, octets and times alike: a damaged file must lead nobody to a moment that has no date. */
function numberOf(said: unknown): number | undefined {
  return typeof said === 'number' && Math.abs(said) <= lastMoment ? said : undefined;
}

/** ms since 1970 (ECMA-262, Time Values and Time Range). */
const lastMoment = 8.64e15;

function isCode(said: unknown): said is FailureCode {
  return typeof said === 'string' && Object.hasOwn(failureNatures, said);
}
