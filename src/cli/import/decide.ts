import type { WrittenSettings } from '../../config/append-account.ts';
import type { AccountConfig } from '../../config/config.ts';
import { accountName } from '../../import/account-name.ts';
import type { ImportedAccount } from '../../import/plan.ts';

/** What becomes of an account of the plan. */
export interface Decided {
  readonly imported: ImportedAccount;
  /** What it is called here. */
  readonly name: string;
  /** The account that is in the configuration already: same server, same login. Its settings stay. */
  readonly there: AccountConfig | undefined;
}

/** Each with a name of its own. An account that is there is taken for one of these at most. */
export function decide(
  imported: readonly ImportedAccount[],
  there: readonly AccountConfig[],
): readonly Decided[] {
  const names = new Set(there.map(({ name }) => name));
  const claimed = new Set<AccountConfig>();
  return imported.map((account) => {
    const alike = there.filter((one) => !claimed.has(one) && isSame(account.settings, one));
    const same = alike.find(({ name }) => name === account.name) ?? alike[0];
    if (same !== undefined) {
      claimed.add(same);
      return { imported: account, name: same.name, there: same };
    }
    const name = accountName(account.name, names);
    names.add(name);
    return { imported: account, name, there: undefined };
  });
}

function isSame({ host, user, port, email }: WrittenSettings, there: AccountConfig): boolean {
  if (typeof host !== 'string' || host.toLowerCase() !== there.host.toLowerCase()) return false;
  return (user ?? email) === there.user && (port === undefined || port === there.port);
}
