import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface DoctorOptions {
  readonly accounts: readonly string[];
  /** Placeholders in the place of names. */
  readonly redact: boolean;
}

export const doctorWords = {
  usage: 'doctor [accounts..]',
  group: 'getting started',
  summary: 'check everything, change nothing',
  positionals: onlyAccounts,
  options: {
    redact: {
      type: 'boolean',
      describe: 'without names of people and computers, for bug reports',
    },
  },
  examples: [
    ['popfetch doctor', 'all of it, from the configuration to the login at each server'],
    ['popfetch doctor gmx | grep error', 'what is in the way of one account'],
    ['popfetch doctor --redact > report.txt', 'to go with a bug report'],
  ],
  exits: {
    0: 'nothing is in the way of mail; there may be warnings',
    78: 'the configuration is missing, wrong or unsafe',
  },
  seeAlso: ['check', 'status', 'config'],
} as const satisfies CommandWords;

export function doctorOf({ accounts, redact = false }: Parsed<typeof doctorWords>): DoctorOptions {
  return { accounts, redact };
}
