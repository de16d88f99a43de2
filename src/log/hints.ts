import type { Failure } from '../errors.ts';
import { providerHint } from './provider-hints.ts';

/** What the user can do about a failure that brought no hint of its own. */
export function hintFor({ code, facts }: Failure, host: string): string | undefined {
  switch (code) {
    case 'auth':
      // With a reason it was not the server that found something wrong with them.
      return providerHint(host) ?? (facts.reason === undefined ? checkBoth : undefined);
    case 'auth_method':
      return providerHint(host);
    case 'internal':
      return 'Please report it, with the log of the same run under -vv.';
    case 'state':
      return facts.path === undefined ? undefined : `The file: ${facts.path}`;
    default:
      return undefined;
  }
}

const checkBoth = 'Check user and password.';
