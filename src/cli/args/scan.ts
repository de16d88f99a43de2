import {
  commandNamed,
  commands,
  formsOf,
  type OptionForm,
  optionForms,
  takesValue,
} from './table.ts';

/** A command line seen from afar: enough to help whoever asks for help, or made a slip. */
export interface Scanned {
  /** The first word that is no option; whether there is such a command is another question. */
  readonly word: string | undefined;
  /** Where it stands; -1 without. */
  readonly at: number;
  /** As written, in order, with the value where one follows. */
  readonly options: readonly GivenOption[];
}

export interface GivenOption {
  /** `--limit`, `-n` */
  readonly written: string;
  readonly value: string | undefined;
}

/** Reads what the parser will read, but takes everything. */
export function scan(argv: readonly string[]): Scanned {
  const end = argv.indexOf('--');
  const rest = [...(end === -1 ? argv : argv.slice(0, end))];
  const options: GivenOption[] = [];
  let word: string | undefined;
  let at = -1;
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const wantsValue = valuesOf(word);
    if (next.startsWith('--')) options.push(longOption(next, rest, wantsValue));
    else if (/^-[A-Za-z]/.test(next)) options.push(...shortOptions(next, rest, wantsValue));
    else if (word === undefined) {
      word = next;
      at = (end === -1 ? argv.length : end) - rest.length - 1;
    }
  }
  return { word, at, options };
}

export function isGiven({ options }: Scanned, ...forms: readonly string[]): boolean {
  return options.some(({ written }) => forms.includes(written));
}

type WantsValue = (written: string) => boolean;

function longOption(text: string, rest: string[], wantsValue: WantsValue): GivenOption {
  const [, written = text, value] = /^(--[^=]*)=(.*)$/s.exec(text) ?? [];
  if (value !== undefined) return { written, value };
  return { written, value: wantsValue(written) ? rest.shift() : undefined };
}

/** `-qn`, `-vv`, `-j3`, `-j 3` */
function shortOptions(text: string, rest: string[], wantsValue: WantsValue): GivenOption[] {
  const given: GivenOption[] = [];
  for (let at = 1; at < text.length; at++) {
    const written = `-${text[at]}`;
    if (wantsValue(written)) {
      const attached = text.slice(at + 1).replace(/^=/, '');
      given.push({ written, value: attached === '' ? rest.shift() : attached });
      break;
    }
    given.push({ written, value: undefined });
  }
  return given;
}

/** An option may stand before the word of the command that it belongs to, and mean another thing to another one. */
function valuesOf(word: string | undefined): WantsValue {
  const command = word === undefined ? undefined : commandNamed(word);
  const forms = command === undefined ? everyForm : optionForms(command);
  return (written) => {
    const meant = forms.filter((form) => form.written === written);
    return meant.length > 0 && meant.every(({ word: option }) => takesValue(option));
  };
}

const everyForm: readonly OptionForm[] = [
  ...optionForms(undefined),
  ...commands.flatMap(([, { options }]) => formsOf(options)),
];
