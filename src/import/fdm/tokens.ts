import { mistake } from '../mistake.ts';

export interface Token {
  /** text: in quotes, or what a macro holds; command: of `$(...)` or `%(...)`, not run. */
  readonly kind: 'word' | 'text' | 'number' | 'command' | 'sign' | 'definition';
  /** definition: the macro's name with its sign. */
  readonly text: string;
  readonly line: number;
}

/**
 * Takes an fdm.conf apart, macros filled in and what `ifdef` and `ifndef` leave out left out. Commands are not run. Throws
 * what `mistake` makes.
 */
export function tokenise(file: string, text: string): readonly Token[] {
  const lexer = new Lexer(file, text);
  const tokens: Token[] = [];
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) {
    if (token.kind === 'definition') lexer.define(token);
    else if (token.kind === 'word' && /^ifn?def$|^endif$/.test(token.text)) lexer.condition(token);
    else if (!lexer.isLeftOut) tokens.push(token);
  }
  lexer.end();
  return tokens;
}

const lexemes: readonly (readonly [RegExp, Token['kind'] | 'nothing' | 'macro'])[] = [
  [/(?:\s|#.*)+/y, 'nothing'],
  [/[$%][\w-]+(?=\s*=(?!=))/y, 'definition'],
  [/[$%](?:[\w-]+|\{[\w-]+\})/y, 'macro'],
  [/\d+/y, 'number'],
  [/[A-Za-z][A-Za-z0-9-]*/y, 'word'],
  [/==|!=|[{}(),=<>*+]/y, 'sign'],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

class Lexer {
  readonly #file: string;
  readonly #text: string;
  /** By names with their sign. */
  readonly #macros = new Map<string, string>();
  /** Whether what is within each open ifdef counts. */
  readonly #conditions: { readonly line: number; readonly counts: boolean }[] = [];
  #at = 0;
  #line = 1;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  get isLeftOut(): boolean {
    return this.#conditions.some(({ counts }) => !counts);
  }

  next(): Token | undefined {
    for (;;) {
      if (this.#at >= this.#text.length) return undefined;
      const line = this.#line;
      const first = this.#text[this.#at];
      if (first === '"') return { kind: 'text', text: this.#filled(), line };
      if (first === "'") return { kind: 'text', text: this.#plain(), line };
      if (/^[$%]\(/.test(this.#text.slice(this.#at, this.#at + 2)))
        return { kind: 'command', text: this.#command(), line };
      const { kind, text } = this.#lexeme();
      if (kind === 'macro') return { ...this.#macro(text), line };
      if (kind !== 'nothing') return { kind, text, line };
    }
  }

  define({ text: name, line }: Token): void {
    this.next();
    const value = this.next();
    if (value?.kind === 'command') {
      if (!this.isLeftOut) this.#macros.set(name, commandMark + value.text);
      return;
    }
    if (value?.kind !== (name.startsWith('$') ? 'text' : 'number'))
      throw mistake(this.#file, line, `${name} is no ${name.startsWith('$') ? 'text' : 'number'}`);
    if (!this.isLeftOut) this.#macros.set(name, value.text);
  }

  condition({ text: word, line }: Token): void {
    if (word === 'endif') {
      if (this.#conditions.pop() === undefined)
        throw mistake(this.#file, line, 'endif without ifdef');
      return;
    }
    this.#skipBlanks();
    const name = /[$%][\w-]+/y;
    name.lastIndex = this.#at;
    const found = name.exec(this.#text)?.[0];
    if (found === undefined) throw mistake(this.#file, line, `${word} without a macro`);
    this.#pass(found);
    const isThere = this.#macros.has(found);
    this.#conditions.push({ line, counts: isThere === (word === 'ifdef') });
  }

  end(): void {
    const [open] = this.#conditions;
    if (open !== undefined) throw mistake(this.#file, open.line, 'ifdef without endif');
  }

  #lexeme(): { readonly kind: (typeof lexemes)[number][1]; readonly text: string } {
    for (const [form, kind] of lexemes) {
      form.lastIndex = this.#at;
      const text = form.exec(this.#text)?.[0];
      if (text === undefined) continue;
      this.#pass(text);
      return { kind, text };
    }
    throw mistake(this.#file, this.#line, `${this.#text[this.#at]} means nothing here`);
  }

  #skipBlanks(): void {
    const blanks = /\s*/y;
    blanks.lastIndex = this.#at;
    this.#pass(blanks.exec(this.#text)?.[0] ?? '');
  }

  #macro(written: string): Pick<Token, 'kind' | 'text'> {
    const name = written.replace(/[{}]/g, '');
    const value = this.#value(name);
    if (value.startsWith(commandMark))
      return { kind: 'command', text: value.slice(commandMark.length) };
    return { kind: name.startsWith('$') ? 'text' : 'number', text: value };
  }

  #value(name: string): string {
    const value = this.#macros.get(name);
    // Within what is left out nothing has to be known.
    if (value === undefined && !this.isLeftOut)
      throw mistake(this.#file, this.#line, `${name} is not defined`);
    return value ?? '';
  }

  /** In single quotes nothing stands for anything else. */
  #plain(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end === -1) throw mistake(this.#file, this.#line, 'a quote is not closed');
    const text = this.#text.slice(this.#at + 1, end);
    this.#pass(this.#text.slice(this.#at, end + 1));
    return text;
  }

  /** In double quotes `${name}` and `%{number}` are filled in, with nothing where they are not defined. */
  #filled(): string {
    const begin = this.#line;
    let text = '';
    this.#pass('"');
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 256);
      if (rest === '') throw mistake(this.#file, begin, 'a quote is not closed');
      const [all = rest.slice(0, 1), escaped, macro] =
        /^(?:\\([\s\S])|([$%]\{[^}"]*\}))/.exec(rest) ?? [];
      this.#pass(all);
      if (all === '"') return text;
      if (escaped !== undefined) text += escapes[escaped] ?? escaped;
      else text += macro === undefined ? all : this.#inText(macro[0] + macro.slice(2, -1));
    }
  }

  #inText(name: string): string {
    const value = this.#macros.get(name) ?? '';
    if (value.startsWith(commandMark))
      throw mistake(this.#file, this.#line, `${name} is what a command says, within a text`);
    return value;
  }

  /** Up to the bracket that closes it. */
  #command(): string {
    const begin = this.#line;
    const start = this.#at + 2;
    let depth = 1;
    for (let at = start; at < this.#text.length; at++) {
      if (this.#text[at] === '(') depth += 1;
      else if (this.#text[at] === ')') depth -= 1;
      if (depth > 0) continue;
      const command = this.#text.slice(start, at);
      this.#pass(this.#text.slice(this.#at, at + 1));
      return command;
    }
    throw mistake(this.#file, begin, 'a command is not closed');
  }

  #pass(text: string): void {
    this.#at += text.length;
    for (const character of text) if (character === '\n') this.#line += 1;
  }
}

/** Begins the value of a macro that a command gives; no text has it. */
const commandMark = '\0';
