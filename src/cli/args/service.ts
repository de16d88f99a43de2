import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

/** Ways to have popfetch run by itself. */
type Form = 'timer' | 'service' | 'system' | 'cron';

export type ServiceOptions =
  | { readonly action: 'print'; readonly form: Form }
  | { readonly action: 'install'; readonly form: 'timer' | 'service'; readonly yes: boolean }
  | { readonly action: 'remove'; readonly yes: boolean };

export const serviceWords = {
  usage: 'service <action> [form]',
  group: 'settings',
  summary: 'systemd user timer or service, cron line',
  positionals: {
    action: positional({
      choices: ['print', 'install', 'remove'] as const,
      demandOption: true,
      describe: 'print what would be installed, install it for this user, remove it',
    }),
    form: positional({
      choices: ['timer', 'service', 'system', 'cron'] as const,
      describe: 'timer (the default), a service that stays, one of the system, a cron line',
    }),
  },
  options: {
    timer: { type: 'boolean', describe: 'install: poll every ten minutes (the default)' },
    service: { type: 'boolean', describe: 'install: stay, and poll when an account is due' },
    yes: { type: 'boolean', describe: 'replace or remove also what popfetch did not write' },
  },
  examples: [
    ['popfetch service install', 'poll every ten minutes, by a systemd user timer'],
    ['popfetch service print cron', 'the line for crontab -e'],
    ['popfetch service print system', 'a service of the system with hardly any rights'],
    ['popfetch service remove', 'stop it and take it away again'],
  ],
  exits: {
    69: 'there is no systemd here; the cron line is printed',
    73: 'a file stands in the way that popfetch did not write',
  },
  seeAlso: ['run', 'once', 'status', 'help cron'],
} as const satisfies CommandWords;

export function serviceOf(args: Parsed<typeof serviceWords>): ServiceOptions {
  const { action, yes = false } = args;
  const form = formOf(args);
  switch (action) {
    case 'print':
      return { action, form: form ?? 'timer' };
    case 'install':
      if (form === 'system' || form === 'cron')
        throw usage(`install: timer or service; "popfetch service print ${form}" prints the other`);
      return { action, form: form ?? 'timer', yes };
    case 'remove':
      if (form !== undefined) throw usage('remove: it takes away whatever service install wrote');
      return { action, yes };
    default:
      return action satisfies never;
  }
}

/** Named by a word or by an option, but once. */
function formOf({ form, timer, service }: Parsed<typeof serviceWords>): Form | undefined {
  const named = new Set<Form>(form === undefined ? [] : [form]);
  if (timer === true) named.add('timer');
  if (service === true) named.add('service');
  if (named.size > 1) throw usage(`either ${[...named].join(' or ')}`);
  return [...named][0];
}
