import { usage, wholeNumber } from '../usage.ts';
import { type CommandWords, lastGiven, type Parsed, positional } from './words.ts';

export interface InitOptions {
  readonly email: string | undefined;
  readonly name: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly tls: Tls | undefined;
  readonly user: string | undefined;
  readonly passwordCommand: string | undefined;
  readonly deliver: string | undefined;
  readonly keep: string | undefined;
  /** Ask for nothing. */
  readonly yes: boolean;
  /** Log in before anything is written. */
  readonly test: boolean;
}

type Tls = 'on' | 'starttls' | 'off';

export const initWords = {
  usage: 'init [address]',
  group: 'getting started',
  summary: 'set up or add an account',
  positionals: {
    address: positional({ type: 'string', arg: 'EMAIL', describe: 'the address; same as --email' }),
  },
  options: {
    email: {
      type: 'string',
      arg: 'ADDRESS',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'e-mail address; its server is looked for',
    },
    name: {
      type: 'string',
      arg: 'NAME',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'name of the account; made of the address',
    },
    host: {
      type: 'string',
      arg: 'HOST',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'POP3 server; none is looked for then',
    },
    port: { type: 'number', arg: 'PORT', requiresArg: true, describe: 'port of the server' },
    tls: {
      choices: ['on', 'starttls', 'off'],
      requiresArg: true,
      coerce: lastGiven<Tls>,
      describe: 'as in the configuration; on',
    },
    user: {
      type: 'string',
      arg: 'NAME',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'login name; the address',
    },
    'password-command': {
      type: 'string',
      arg: 'COMMAND',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'shell line that prints the password',
    },
    deliver: {
      type: 'string',
      arg: 'DEST',
      requiresArg: true,
      coerce: lastGiven,
      completes: 'file',
      describe: 'as in the configuration; ~/Maildir/',
    },
    keep: {
      type: 'string',
      arg: 'true|false|DAYS',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'what was fetched stays on the server; true',
    },
    yes: { type: 'boolean', describe: 'ask for nothing, take what is usual' },
    test: { type: 'boolean', shown: 'negated', describe: 'write it without logging in first' },
  },
  examples: [
    ['popfetch init joe@example.org', 'asks for what it cannot find out'],
    [
      "popfetch init joe@gmx.net --password-command 'pass show mail/gmx' --yes",
      'without a question, for scripts',
    ],
    ['popfetch init', 'once more, for another account'],
  ],
  exits: {
    0: 'the account is written, and the server took its login',
    64: 'nobody can be asked, and options are missing',
    73: 'the configuration cannot be written',
    77: 'login refused; nothing was written',
    78: 'there is a configuration, and it is wrong; or the provider has no POP3',
    130: 'stopped by Ctrl-C; nothing was written',
  },
  seeAlso: ['import', 'config', 'popfetch.yaml(5)'],
} as const satisfies CommandWords;

export function initOf(args: Parsed<typeof initWords>): InitOptions {
  const { address, name, host, port, tls, user, passwordCommand, deliver, keep, test } = args;
  if (address !== undefined && args.email !== undefined && address !== args.email)
    throw usage(`init: either ${address} or --email ${args.email}`);
  return {
    email: args.email ?? address,
    name,
    host,
    port: wholeNumber('--port', port),
    tls,
    user,
    passwordCommand,
    deliver,
    keep,
    yes: args.yes ?? false,
    test: test ?? true,
  };
}
