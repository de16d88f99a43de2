import { hookKeys } from '../../config/hook-keys.ts';
import { accountKeys, alertKeys, type Key, topKeys } from '../../config/keys.ts';
import { page, type Row, section } from './layout.ts';

/** `popfetch help config`: every key, with its default. */
export function configTopic(): string {
  return page(
    [
      'The configuration is the first of ~/.config/popfetch/config.yaml, ~/.popfetchrc',
      'and /etc/popfetch/config.yaml, or the file of --config. The least it says:',
    ],
    [
      '  accounts:',
      '    gmx:',
      '      email: joe@gmx.net',
      '      password: {command: pass show mail/gmx}',
    ],
    section('at the top', [...containers, ...rowsOf(topKeys)], column),
    section('under alerts', rowsOf(alertKeys), column),
    section('under hooks', rowsOf(hookKeys), column),
    section('in an account, or under defaults', rowsOf(accountKeys), column),
    [
      'Durations are written 30s, 5m, 2h, 14d; sizes 900kB, 50MB, 2GiB.',
      'popfetch config check finds mistakes; popfetch.yaml(5) says more.',
    ],
  );
}

const column = 18;

const containers: readonly Row[] = [
  ['accounts', 'each account by its name'],
  ['defaults', 'keys for every account that does not say otherwise'],
  ['alerts', 'when failures are announced; see below'],
  ['hooks', 'commands for new mail, failures and recoveries; see below'],
];

type Told = Pick<Key<unknown>, 'doc' | 'default' | 'defaultRule'>;

function rowsOf(keys: Readonly<Record<string, Told>>): readonly Row[] {
  return Object.entries(keys).map(([name, key]) => [name, key.doc + defaultOf(key)]);
}

function defaultOf({ default: usual, defaultRule }: Told): string {
  const shown = usual ?? defaultRule;
  return shown === undefined ? '' : ` [${shown}]`;
}
