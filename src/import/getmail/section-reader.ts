import type { Draft } from '../draft.ts';
import { mistake } from '../mistake.ts';
import type { Option, Section } from './ini.ts';
import { type PythonValue, parsePython } from './python.ts';

const truthValues: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'false', 'off'].map((word) => [word, false] as const),
]);

/** The options of one section in getmail's types. What is not of its type throws what `mistake` makes. */
export class SectionReader {
  readonly file: string;
  readonly section: Section;
  readonly #asked = new Set<string>(['type']);

  constructor(file: string, section: Section) {
    this.file = file;
    this.section = section;
  }

  get type(): string {
    return this.option('type')?.value ?? '';
  }

  get typeLine(): number {
    return this.lineOf('type');
  }

  lineOf(name: string): number {
    return this.option(name)?.line ?? this.section.line;
  }

  option(name: string): Option | undefined {
    this.#asked.add(name);
    return this.section.options.get(name);
  }

  text(name: string): string | undefined {
    return this.option(name)?.value;
  }

  needed(name: string): string {
    const text = this.text(name);
    if (text !== undefined && text !== '') return text;
    throw mistake(this.file, this.section.line, `[${this.section.name}] has no ${name}`);
  }

  truth(name: string): boolean | undefined {
    const option = this.option(name);
    if (option === undefined) return undefined;
    const value = truthValues.get(option.value.toLowerCase());
    if (value === undefined) throw this.#wrong(option, 'neither true nor false');
    return value;
  }

  /** Undefined for 0 too, by which getmail means none. */
  amount(name: string): number | undefined {
    const option = this.option(name);
    if (option === undefined) return undefined;
    if (!/^\d{1,12}$/.test(option.value)) throw this.#wrong(option, 'not a number');
    return Number(option.value) === 0 ? undefined : Number(option.value);
  }

  /** A tuple of texts. */
  texts(name: string): readonly string[] | undefined {
    const option = this.option(name);
    if (option === undefined || option.value === '') return undefined;
    const read = parsePython(option.value);
    if (read.kind === 'mistake') throw this.#wrong(option, read.why);
    if (!Array.isArray(read.value)) throw this.#wrong(option, 'not a tuple: write ("one", )');
    const values: readonly PythonValue[] = read.value;
    return values.map((value) => {
      if (typeof value === 'object') throw this.#wrong(option, 'more than texts in the tuple');
      return String(value);
    });
  }

  /** Says of what nobody asked for that it is not taken over. */
  leaveRest(draft: Draft): void {
    for (const { name, line } of this.section.options.values())
      if (!this.#asked.has(name)) draft.leave(line, `${name}: there is no such thing here`);
  }

  #wrong({ name, line }: Option, why: string): Error {
    return mistake(this.file, line, `${name}: ${why}`);
  }
}
