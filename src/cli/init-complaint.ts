import { ACCOUNT_NAME } from '../config/accounts.ts';
import { accountKeys } from '../config/keys.ts';
import { readingFor } from '../config/reading.ts';
import type { Mistake, Tree } from '../config/tree.ts';
import type { AskedKey } from '../init/wizard.ts';
import type { ConfigurationFile } from './configuration-file.ts';
import type { InitInvocation } from './init-answers.ts';
import { usage } from './usage.ts';

export interface Around {
  readonly file: Pick<ConfigurationFile, 'accounts'>;
  readonly home: string;
}

/** Refuses what the command line says of an account where the configuration would: a Failure with code `usage`. */
export function refuseWrongOptions(invocation: InitInvocation, around: Around): void {
  for (const key of ['email', 'name', 'host', 'port', 'user', 'deliver', 'keep'] as const) {
    const value = invocation[key];
    const wrong = value === undefined ? undefined : complaint(key, String(value), around);
    if (wrong !== undefined)
      throw usage(`init: --${key}: ${wrong.replace(/^\w+: /, '')}`, 'popfetch init --help');
  }
}

/** What the configuration would say of such a value. */
export function complaint(
  key: AskedKey | 'keep',
  value: string,
  { file, home }: Around,
): string | undefined {
  if (key === 'name') return nameComplaint(value, file);
  // Maps and lists are looked at as a whole, with the account around them.
  if (/^[{[]/.test(value)) return undefined;
  const mistakes: Mistake[] = [];
  const placeholders = { account: 'account', email: 'email', user: 'user', host: 'host' };
  accountKeys[key].read(treeOf(value, key), readingFor(key, { home, placeholders }, mistakes));
  const [mistake] = mistakes;
  if (mistake === undefined) return undefined;
  return mistake.hint === undefined ? mistake.message : `${mistake.message} (${mistake.hint})`;
}

function treeOf(value: string, key: AskedKey | 'keep'): Tree {
  const span = { start: 0, end: value.length };
  if (key === 'keep' && /^(?:true|false)$/.test(value))
    return { kind: 'boolean', value: value === 'true', ...span };
  if (key === 'port' && /^\d+$/.test(value))
    return { kind: 'number', value: Number(value), source: value, ...span };
  return { kind: 'text', text: value, ...span };
}

function nameComplaint(name: string, { accounts }: Around['file']): string | undefined {
  if (!ACCOUNT_NAME.test(name)) return 'lower-case letters, digits and . _ - only';
  return accounts.some((one) => one.name === name) ? 'there is such an account already' : undefined;
}
