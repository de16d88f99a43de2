import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { type FailureCode, failureNatures } from '../errors.ts';
import { accountFolder } from './account-folder.ts';
import type { Failing } from './health.ts';

/** What `popfetch status` shows of an account: a convenience, no delivery relies on it. Times are ms since 1970. */
export interface AccountStatus {
  readonly lastPollAt: number | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly failing: Failing | undefined;
  /** Messages delivered by all polls together. */
  readonly delivered: number;
  readonly onServer: number | undefined;
  readonly onServerSize: number | undefined;
}

export const noStatus: AccountStatus = {
  lastPollAt: undefined,
  lastSuccessAt: undefined,
  failing: undefined,
  delivered: 0,
  onServer: undefined,
  onServerSize: undefined,
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

/** Replaces it as a whole. Throws a Failure that names the file. */
export async function writeStatus(
  stateDirectory: string,
  account: string,
  status: AccountStatus,
): Promise<void> {
  const folder = accountFolder(stateDirectory, account);
  await makeDirectory(folder, 0o700);
  const text = `${JSON.stringify({ version, ...status }, undefined, 2)}\n`;
  await replaceFile(path.join(folder, 'status.json'), Buffer.from(text), 0o600, 'not synced');
}

function statusFrom(said: Fields): AccountStatus {
  return {
    lastPollAt: numberOf(said.lastPollAt),
    lastSuccessAt: numberOf(said.lastSuccessAt),
    failing: failingFrom(said.failing),
    delivered: numberOf(said.delivered) ?? 0,
    onServer: numberOf(said.onServer),
    onServerSize: numberOf(said.onServerSize),
  };
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

function numberOf(said: unknown): number | undefined {
  return typeof said === 'number' && Number.isFinite(said) ? said : undefined;
}

function isCode(said: unknown): said is FailureCode {
  return typeof said === 'string' && Object.hasOwn(failureNatures, said);
}
