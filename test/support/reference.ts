import { globalTable } from '../../src/cli/args/global.ts';
import {
  commands,
  formsOf,
  optionForms,
  placeholder,
  synopsis,
  takesValue,
} from '../../src/cli/args/table.ts';
import { environmentVariables } from '../../src/cli/help/environment.ts';
import { exitCodes } from '../../src/cli/help/exit-codes.ts';
import { jsonEvents } from '../../src/cli/help/json.ts';
import { hookKeys } from '../../src/config/hook-keys.ts';
import { accountKeys, alertKeys, type Key, topKeys } from '../../src/config/keys.ts';

/** `docs/reference.md`, made of the tables that the parser and the configuration are made of. */
export function referencePage(): string {
  return `# Reference

Made of the tables that the program itself works with; \`man popfetch\` and \`man popfetch.yaml\` say more.

## Commands

${table(
  ['command', 'what it does', 'its options'],
  commands.map(([, words]) => [
    code(`popfetch ${synopsis(words)}`),
    words.summary,
    optionForms(words)
      .filter(({ name }) => !(name in globalTable))
      .map(written)
      .join(', '),
  ]),
)}

## Options of every command

${table(
  ['option', 'what it does'],
  Object.entries(globalTable).map(([name, word]) => [
    formsOf({ [name]: word })
      .map(written)
      .join(', '),
    word.describe,
  ]),
)}

## Keys at the top of the configuration

\`accounts\`: each account by its name. \`defaults\`: keys for every account that does not say otherwise.

${keys(topKeys)}

## Keys of \`alerts\`

${keys(alertKeys)}

## Keys of \`hooks\`

${keys(hookKeys)}

## Keys of an account

${keys(accountKeys)}

## Exit statuses

${table(
  ['status', 'meaning', 'with `--exit-codes fetchmail`'],
  exitCodes.map(({ statuses, meaning, fetchmail }) => [statuses.join(', '), meaning, fetchmail]),
)}

## JSON lines

${table(
  ['event', 'fields, beside v, event, time and run'],
  jsonEvents.map(([event, fields]) => [code(event), fields]),
)}

## Environment

${table(
  ['variable', 'meaning'],
  environmentVariables.map(([names, meaning]) => [names.split(', ').map(code).join(', '), meaning]),
)}
`;
}

type Form = ReturnType<typeof formsOf>[number];

function written({ written: form, name, word }: Form): string {
  return code(takesValue(word) ? `${form} ${placeholder(name, word)}` : form);
}

type Told = Pick<Key<unknown>, 'doc' | 'default' | 'defaultRule' | 'example'>;

function keys(told: Readonly<Record<string, Told>>): string {
  const rows = Object.entries(told).map(([name, { doc, default: usual, defaultRule, example }]) => [
    code(name),
    usual === undefined ? (defaultRule ?? '') : code(usual),
    doc,
    code(example),
  ]);
  return table(['key', 'default', 'meaning', 'for example'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
