import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { AccountConfig } from '../config/config.ts';

/**
 * Changes when the account's settings do. No secret goes into it: in place of a password that stands in a file, the time
 * when the file was last changed.
 */
export function settingsDigest(account: AccountConfig, configFile: string): string {
  const stamps = passwordFiles(account, configFile).map(changedAt);
  // A Secret writes itself as [secret].
  const text = JSON.stringify([account, ...stamps]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function passwordFiles({ password, oauth, deliver }: AccountConfig, configFile: string): string[] {
  const parts = deliver.kind === 'several' ? deliver.parts : [deliver];
  const ofServers = parts.map((part) => ('login' in part ? part.login?.password : undefined));
  return [password, oauth?.clientSecret, ...ofServers].flatMap((source) => {
    if (source?.kind === 'literal') return [configFile];
    return source?.kind === 'file' ? [source.path] : [];
  });
}

function changedAt(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}
