/** A value that Python writes out. */
export type PythonValue = string | number | boolean | null | readonly PythonValue[];

/** What was read, or why it is none. */
export type PythonRead =
  | { readonly kind: 'value'; readonly value: PythonValue }
  | { readonly kind: 'mistake'; readonly why: string };

/**
 * Reads a literal of Python: texts in all quotes, raw ones too, one behind the other; numbers, truth values, tuples and
 * lists of them. What would have to be computed is a mistake.
 */
export function parsePython(text: string): PythonRead {
  try {
    return { kind: 'value', value: new Literal(text).whole() };
  } catch (thrown) {
    if (thrown instanceof NoLiteral) return { kind: 'mistake', why: thrown.message };
    throw thrown;
  }
}

class NoLiteral extends Error {}

/** Nobody nests further; the call stack has an end. */
const deepest = 50;

const quoted = /([rbu]|rb|br|f|rf|fr)?('''|"""|'|")/iy;

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

class Literal {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PythonValue {
    const value = this.#list(undefined);
    if (this.#at < this.#text.length) throw new NoLiteral('more than one value');
    return value;
  }

  /** Values with commas between them are a tuple, in brackets or without; one without a comma is none. */
  #list(end: string | undefined): PythonValue {
    const values: PythonValue[] = [];
    let commas = 0;
    while (this.#next() !== end && this.#next() !== undefined) {
      values.push(this.#value());
      if (this.#next() !== ',') break;
      this.#at += 1;
      commas += 1;
    }
    if (this.#next() !== end) throw new NoLiteral('a bracket is not closed, or a comma is missing');
    if (end !== undefined) this.#at += 1;
    const [first] = values;
    if (end === ']' || commas > 0) return values;
    if (first !== undefined) return first;
    if (end === undefined) throw new NoLiteral('nothing is there');
    return values;
  }

  #value(): PythonValue {
    const first = this.#next();
    if (first === '(' || first === '[') return this.#brackets(first === '(' ? ')' : ']');
    quoted.lastIndex = this.#at;
    if (quoted.test(this.#text)) return this.#texts();
    return this.#word();
  }

  #brackets(end: string): PythonValue {
    this.#depth += 1;
    if (this.#depth > deepest) throw new NoLiteral('too many brackets');
    this.#at += 1;
    const value = this.#list(end);
    this.#depth -= 1;
    return value;
  }

  /** One behind the other, they are one. */
  #texts(): string {
    let text = '';
    for (;;) {
      this.#next();
      quoted.lastIndex = this.#at;
      const [all, prefix = '', quote = ''] = quoted.exec(this.#text) ?? [];
      if (all === undefined) return text;
      if (/f/i.test(prefix)) throw new NoLiteral('a text that is to be computed (f"...")');
      this.#at += all.length;
      text += this.#inQuotes(quote, /r/i.test(prefix));
    }
  }

  #inQuotes(quote: string, isRaw: boolean): string {
    let text = '';
    for (;;) {
      if (this.#text.startsWith(quote, this.#at)) {
        this.#at += quote.length;
        return text;
      }
      const character = this.#text[this.#at];
      if (character === undefined || (character === '\n' && quote.length === 1))
        throw new NoLiteral('a quote is not closed');
      text += character === '\\' ? this.#escape(isRaw) : character;
      if (character !== '\\') this.#at += 1;
    }
  }

  #escape(isRaw: boolean): string {
    const next = this.#text[this.#at + 1] ?? '';
    if (isRaw) return this.#pass(2);
    const known = escapes[next];
    if (known !== undefined) {
      this.#at += 2;
      return known;
    }
    const rest = this.#text.slice(this.#at + 1, this.#at + 10);
    const [all, octal, ...hexadecimal] =
      /^(?:([0-7]{1,3})|x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8}))/i.exec(rest) ?? [];
    if (all === undefined) {
      if (/^[xuUN]/.test(rest)) throw new NoLiteral(`\\${next} is not understood`);
      return this.#pass(2);
    }
    this.#at += 1 + all.length;
    const hex = hexadecimal.find((digits) => digits !== undefined);
    const code = octal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(octal, 8);
    if (code > 0x10ffff) throw new NoLiteral(`\\${all} is no character`);
    return String.fromCodePoint(code);
  }

  #pass(count: number): string {
    const passed = this.#text.slice(this.#at, this.#at + count);
    this.#at += count;
    return passed;
  }

  #word(): PythonValue {
    const word = /^[-+\w.]+/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0] ?? '';
    this.#at += word.length;
    if (/^[-+]?\d+$/.test(word)) return Number(word);
    if (word === 'True' || word === 'False') return word === 'True';
    if (word === 'None') return null;
    throw new NoLiteral(word === '' ? 'no value' : `${word} is to be computed`);
  }

  /** What comes after the blanks. */
  #next(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at];
  }
}
