import { mistake } from '../mistake.ts';

export interface Option {
  readonly name: string;
  /** Lines that go on are apart by LF. */
  readonly value: string;
  /** From 1; where it begins. */
  readonly line: number;
}

export interface Section {
  readonly name: string;
  readonly line: number;
  /** By names in lower case. */
  readonly options: ReadonlyMap<string, Option>;
}

/**
 * Reads what Python's RawConfigParser does, in its strict form: `#` and `;` begin comments at the start of a line only, a
 * line that is set in further than the one before goes on with it, nothing is filled in. Throws what `mistake` makes.
 */
export function parseIni(file: string, text: string): ReadonlyMap<string, Section> {
  const reader = new IniReader(file);
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) reader.line(line, at + 1);
  return reader.sections;
}

interface OpenOption {
  readonly name: string;
  readonly line: number;
  readonly values: string[];
  /** How far it is set in. */
  readonly indent: number;
}

class IniReader {
  readonly sections = new Map<string, Section>();
  readonly #file: string;
  #options: Map<string, Option> | undefined;
  #open: OpenOption | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  line(line: string, number: number): void {
    const text = line.trim();
    if (/^[#;]/.test(text)) return;
    if (text === '') this.#goOn('');
    else if (this.#open !== undefined && line.search(/\S/) > this.#open.indent) this.#goOn(text);
    else this.#begin(text, number, line.search(/\S/));
  }

  #begin(text: string, number: number, indent: number): void {
    this.#open = undefined;
    const section = /^\[(.+)\]/.exec(text)?.[1];
    if (section !== undefined) this.#beginSection(section, number);
    else this.#beginOption(text, number, indent);
  }

  #beginSection(name: string, line: number): void {
    if (this.sections.has(name)) throw mistake(this.#file, line, `a second section [${name}]`);
    this.#options = new Map();
    this.sections.set(name, { name, line, options: this.#options });
  }

  #beginOption(text: string, line: number, indent: number): void {
    const [, written, value = ''] = /^([^=:]*?)\s*[=:]\s*(.*)$/.exec(text) ?? [];
    if (this.#options === undefined)
      throw mistake(this.#file, line, 'stands before the first [section]');
    // What the line holds is not shown: it may be a password.
    if (written === undefined || written === '')
      throw mistake(this.#file, line, 'neither a [section] nor key = value');
    const name = written.toLowerCase();
    if (this.#options.has(name)) throw mistake(this.#file, line, `${name} stands here twice`);
    this.#open = { name, line, values: [value], indent };
    this.#options.set(name, { name, value, line });
  }

  #goOn(text: string): void {
    const open = this.#open;
    if (open === undefined) return;
    open.values.push(text);
    const value = open.values.join('\n').trimEnd();
    this.#options?.set(open.name, { name: open.name, value, line: open.line });
  }
}
