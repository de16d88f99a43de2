import type { Failure } from '../errors.ts';
import { providerHint } from './provider-hints.ts';

/** What the user can do about a failure that brought no hint of its own. */
export function hintFor({ code, facts }: Failure, host: string): string | undefined {
  // With a reason it was not the server that found something wrong with them.
  if (code === 'auth' && facts.reason === undefined)
    return providerHint(host) ?? 'Check user and password.';
  if (code === 'auth' || code === 'auth_method') return providerHint(host);
  if (code === 'internal') return 'Please report it, with the log of the same run under -vv.';
  if (code === 'state' && facts.path !== undefined) return `The file: ${facts.path}`;
  return undefined;
}
