import type { Note } from '../plan.ts';
import type { Option } from './grammar.ts';

/** The options of one account, those of `defaults` where it has none of its own; the last of several counts. */
export class Options {
  readonly file: string;
  /** Where its entry begins. */
  readonly #line: number;
  readonly #own: readonly Option[];
  readonly #byWord: ReadonlyMap<string, Option>;

  constructor(
    { file, line }: Pick<Note, 'file' | 'line'>,
    defaults: readonly Option[],
    own: readonly Option[],
  ) {
    this.file = file;
    this.#line = line;
    this.#own = own;
    this.#byWord = new Map([...defaults, ...own].map((option) => [option.word, option]));
  }

  get(word: string): Option | undefined {
    return this.#byWord.get(word);
  }

  isOn(word: string): boolean {
    return this.get(word)?.on === true;
  }

  /** Its first value. */
  text(word: string): string | undefined {
    return this.get(word)?.values[0];
  }

  /** Undefined for 0 too, by which fetchmail means none. */
  amount(word: string): number | undefined {
    const number = Number(this.text(word) ?? 0);
    return number > 0 ? number : undefined;
  }

  /** Local names, and pairs of names, of all that is said of them. */
  get localNames(): readonly string[] {
    const of = (options: readonly Option[]) =>
      options.filter(({ word }) => word === 'is' || word === 'to').flatMap(({ values }) => values);
    const own = of(this.#own);
    return own.length > 0 ? own : of([...this.#byWord.values()]);
  }

  /** About the entry as a whole, and what no line of it says. */
  entryNote(kind: Note['kind'], text: string): Note {
    return { file: this.file, line: this.#line, kind, text };
  }

  /** About the line on which the word stands; nothing where it does not. */
  note(word: string, kind: Note['kind'], text: string): readonly Note[] {
    const option = this.get(word);
    if (option === undefined) return [];
    return [{ file: this.file, line: option.line, kind, text: `${asWritten(option)}: ${text}` }];
  }
}

/** `no keep`, `limit 5000`; never a password. */
export function asWritten({ word, on, values }: Option): string {
  const shown = word === 'password' || word === 'esmtppassword' ? [] : values;
  const quoted = shown.map((value) => (/^[^\s"]+$/.test(value) ? value : `"${value}"`));
  return [...(on ? [] : ['no']), word, ...quoted].join(' ');
}
