import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { AccountConfig } from '../config/config.ts';

/**
 * Changes when the account's settings do. No secret goes into it: in place of a password that stands in a file, the time
 * when the file was last changed.
 */
export function settingsDigest(account: AccountConfig, configFile: string): string {
  const file = passwordFile(account, configFile);
  const stamp = file === undefined ? undefined : changedAt(file);
  // A Secret writes itself as [secret].
  const text = JSON.stringify([account, stamp]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function passwordFile({ password }: AccountConfig, configFile: string): string | undefined {
  if (password?.kind === 'literal') return configFile;
  return password?.kind === 'file' ? password.path : undefined;
}

function changedAt(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
