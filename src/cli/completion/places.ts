import { helpTopics } from '../args/help.ts';
import { commands } from '../args/table.ts';
import type { CommandWords, Word } from '../args/words.ts';

/** A place on the command line behind a command. */
export interface Place {
  readonly word: Word;
  /** Whether any number of words may follow in its place. */
  readonly repeats: boolean;
}

/** In order; only the last may repeat. */
export function placesOf({ usage, positionals }: CommandWords): readonly Place[] {
  const [first = ''] = typeof usage === 'string' ? [usage] : usage;
  return [...first.matchAll(/[<[](\w+)(\.\.)?[>\]]/g)].map(([, name = '', more]) => ({
    word: name === 'topic' ? topics : (positionals[name] ?? {}),
    repeats: more !== undefined,
  }));
}

/** `popfetch help` takes whatever can be explained. */
const topics: Word = {
  choices: [...new Set([...commands.map(([name]) => name), ...helpTopics])],
};

/** What a value may be, one by one. */
export function choicesOf({ choices = [] }: Word): readonly string[] {
  return choices.map(String);
}

/** What an option or a command means, in one line without quotes. */
export function meaning(text: string | undefined): string {
  return (text ?? '').replace(/['"\\`$]/g, '');
}
