import { nearest } from '../../config/nearest.ts';
import type { HelpOptions, HelpTopic } from '../args/help.ts';
import { helpTopics } from '../args/help.ts';
import { commandNamed, commands } from '../args/table.ts';
import { commandPage } from '../help/command-page.ts';
import { overview } from '../help/overview.ts';
import { usage } from '../usage.ts';
import type { World } from '../world.ts';

/** `popfetch help [COMMAND|TOPIC]` and `--help`. */
export async function help(options: HelpOptions, { stdout }: World): Promise<number> {
  stdout.write(`${await helpText(options)}\n`);
  return 0;
}

/** What is printed, without the last line end; an unknown topic is a usage failure. */
export async function helpText({ topic, ofCommand }: HelpOptions): Promise<string> {
  if (topic === undefined) return overview();
  const explained = ofCommand ? undefined : helpTopics.find((one) => one === topic);
  if (explained !== undefined) return topicText(explained);
  const command = commandNamed(topic);
  if (command !== undefined) return commandPage(command);
  throw unknown(topic, ofCommand);
}

function unknown(topic: string, ofCommand: boolean) {
  const names = [...commands.map(([name]) => name), ...(ofCommand ? [] : helpTopics)];
  const meant = nearest(topic, names);
  const what = ofCommand ? 'command' : 'command or topic';
  const list = ofCommand
    ? 'popfetch --help lists the commands'
    : `topics: ${helpTopics.join(', ')}`;
  return usage(
    `unknown ${what} "${topic}"`,
    meant === undefined ? list : `did you mean "${meant}"? ${list}`,
  );
}

/** The tables of the configuration are loaded only for whoever asks for them. */
async function topicText(topic: HelpTopic): Promise<string> {
  switch (topic) {
    case 'config':
      return (await import('../help/config.ts')).configTopic();
    case 'environment':
      return (await import('../help/environment.ts')).environmentTopic();
    case 'exit-codes':
      return (await import('../help/exit-codes.ts')).exitCodesTopic();
    case 'json':
      return (await import('../help/json.ts')).jsonTopic();
    case 'cron':
      return (await import('../help/cron.ts')).cronTopic();
    default:
      return topic satisfies never;
  }
}
