import { type CommandWords, type Parsed, positional } from './words.ts';

export interface HelpOptions {
  /** A topic or a command; undefined for the overview. */
  readonly topic: string | undefined;
  /** It was asked for by `--help`, to which `config` is the command and not the topic. */
  readonly ofCommand: boolean;
}

/** What `popfetch help` explains beside the commands. */
export const helpTopics = ['config', 'environment', 'exit-codes', 'json', 'cron'] as const;
export type HelpTopic = (typeof helpTopics)[number];

export const helpWords = {
  usage: 'help [topic]',
  group: 'settings',
  summary: `topics: ${helpTopics.join(', ')}`,
  positionals: {
    topic: positional({
      type: 'string',
      arg: 'COMMAND|TOPIC',
      describe: 'a command or a topic',
    }),
  },
  options: {},
  examples: [
    ['popfetch help once', 'a command'],
    ['popfetch help config', 'every key of the configuration'],
  ],
  exits: {},
  seeAlso: ['popfetch(1)', 'popfetch.yaml(5)'],
} as const satisfies CommandWords;

export function helpOf({ topic }: Parsed<typeof helpWords>): HelpOptions {
  return { topic, ofCommand: false };
}
