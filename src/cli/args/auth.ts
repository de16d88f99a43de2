import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface AuthOptions {
  readonly action: 'login' | 'test' | 'forget';
  readonly account: string;
  /** How consent is got; undefined: as it suits. */
  readonly by: 'device' | 'browser' | undefined;
}

export const authWords = {
  usage: 'auth <action> <account>',
  group: 'settings',
  summary: 'log in with access tokens (OAuth 2) instead of a password',
  positionals: {
    action: positional({
      choices: ['login', 'test', 'forget'] as const,
      demandOption: true,
      describe: 'get consent once, try the login, take the consent back and drop the tokens',
    }),
    account: positional({
      type: 'string',
      demandOption: true,
      describe: 'whose',
      completes: 'account',
    }),
  },
  options: {
    device: { type: 'boolean', describe: 'login: a code, to be entered on any other device' },
    browser: { type: 'boolean', describe: 'login: a page, to be opened on this computer' },
  },
  examples: [
    ['popfetch auth login work', 'once; from then on the tokens are renewed'],
    ['popfetch auth login work --device', 'where there is no browser'],
    ['popfetch auth test work', 'log in, and say until when the token is good'],
    ['popfetch auth forget work', 'log out for good'],
  ],
  exits: { 77: 'the consent is missing, was refused or was withdrawn' },
  seeAlso: ['check', 'popfetch.yaml(5)'],
} as const satisfies CommandWords;

export function authOf({
  action,
  account,
  device,
  browser,
}: Parsed<typeof authWords>): AuthOptions {
  const isLogin = action === 'login';
  if (!isLogin && (device === true || browser === true))
    throw usage('--device and --browser go with login');
  if (device === true && browser === true) throw usage('either --device or --browser');
  return {
    action,
    account,
    by: device === true ? 'device' : browser === true ? 'browser' : undefined,
  };
}
