import { mistake } from '../mistake.ts';
import { type Token, tokenise } from './tokens.ts';

export interface AccountEntry {
  readonly name: string;
  readonly line: number;
  readonly isDisabled: boolean;
  /** pop3, imaps, maildir ... */
  readonly type: string;
  /** What stands behind the type. */
  readonly words: readonly Token[];
}

/** What is done with a message: `maildir "PATH"`. */
export interface Action {
  readonly word: string;
  readonly values: readonly Token[];
  readonly line: number;
}

export interface Rule {
  readonly line: number;
  /** Patterns of names of accounts; the account has to fit one of each. */
  readonly accounts: readonly (readonly string[])[];
  /** It depends on the message too. */
  readonly isConditional: boolean;
  readonly actions: readonly Action[];
  readonly goesOn: boolean;
}

export interface Statements {
  readonly options: readonly Action[];
  readonly accounts: readonly AccountEntry[];
  readonly actions: ReadonlyMap<string, readonly Action[]>;
  readonly rules: readonly Rule[];
  /** Lines with `include`. */
  readonly includes: readonly number[];
}

/** Reads an fdm.conf. Throws what `mistake` makes. */
export function parseFdm(file: string, text: string): Statements {
  return new Parser(file, tokenise(file, text)).statements();
}

const statementWords: ReadonlySet<string> = new Set(
  'set account action match include cache'.split(' '),
);

/** Rules within rules; the call stack has an end. */
const deepest = 50;

type Place = Pick<Rule, 'accounts' | 'isConditional'>;

class Parser {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  readonly #options: Action[] = [];
  readonly #accounts: AccountEntry[] = [];
  readonly #actions = new Map<string, readonly Action[]>();
  readonly #rules: Rule[] = [];
  readonly #includes: number[] = [];
  #at = 0;

  constructor(file: string, tokens: readonly Token[]) {
    this.#file = file;
    this.#tokens = tokens;
  }

  statements(): Statements {
    while (this.#token !== undefined) this.#statement();
    return {
      options: this.#options,
      accounts: this.#accounts,
      actions: this.#actions,
      rules: this.#rules,
      includes: this.#includes,
    };
  }

  get #token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #statement(): void {
    const { text, line } = this.#take();
    switch (text) {
      case 'set':
        this.#options.push(this.#action());
        break;
      case 'account':
        this.#account();
        break;
      case 'action':
        this.#namedAction();
        break;
      case 'match':
        this.#rule(line, { accounts: [], isConditional: false }, 0);
        break;
      case 'include':
        this.#includes.push(line);
        this.#take();
        break;
      case 'cache':
        this.#until(isStatement);
        break;
      default:
        throw mistake(this.#file, line, `${text} begins no statement`);
    }
  }

  #account(): void {
    const { text: name, line } = this.#text('account');
    this.#users();
    const isDisabled = this.#takeIf('disabled');
    const { text: type } = this.#take();
    // `cache` belongs to `new-only` and to newsgroups.
    const words = this.#until(
      (token, before) =>
        isStatement(token) && !(token.text === 'cache' && before?.text.endsWith('-only') === true),
    );
    this.#accounts.push({ name, line, isDisabled, type, words });
  }

  #namedAction(): void {
    const { text: name } = this.#text('action');
    this.#users();
    this.#actions.set(name, this.#actionsHere());
  }

  #rule(line: number, within: Place, depth: number): void {
    if (depth > deepest) throw mistake(this.#file, line, 'too many rules within rules');
    const place = this.#condition(within);
    this.#users();
    if (this.#takeIf('{')) {
      while (!this.#takeIf('}')) {
        const inner = this.#take();
        if (inner.text !== 'match') throw mistake(this.#file, inner.line, 'no rule within a rule');
        this.#rule(inner.line, place, depth + 1);
      }
      return;
    }
    const actions = this.#ruleActions();
    this.#rules.push({ line, ...place, actions, goesOn: this.#takeIf('continue') });
  }

  /** `all`, names of accounts, or something that depends on the message, which is passed over. */
  #condition({ accounts, isConditional }: Place): Place {
    const tokens: Token[] = [];
    for (;;) {
      const token = this.#token;
      if (token === undefined || isWord(token, ['action', 'actions'])) break;
      // Behind a command they say who runs it.
      if (isWord(token, ['user', 'users']) && isUnconditional(tokens)) break;
      if (token.text === '{' && token.kind === 'sign' && !isList(tokens.at(-1))) break;
      tokens.push(this.#take());
    }
    if (!isUnconditional(tokens)) return { accounts, isConditional: true };
    const names = tokens.filter(({ kind }) => kind === 'text').map(({ text }) => text);
    return { accounts: names.length === 0 ? accounts : [...accounts, names], isConditional };
  }

  #ruleActions(): readonly Action[] {
    const { text: word, line } = this.#take();
    if (word === 'actions')
      return this.#list().map((name) => ({ word: 'action', values: [name], line }));
    const name = this.#token;
    if (name?.kind !== 'text') return this.#actionsHere();
    this.#at += 1;
    return [{ word: 'action', values: [name], line }];
  }

  #actionsHere(): readonly Action[] {
    if (!this.#takeIf('{')) return [this.#action()];
    const actions: Action[] = [];
    while (!this.#takeIf('}')) actions.push(this.#action(true));
    return actions;
  }

  /** In a list the next one begins where a word does that is no part of this one. */
  #action(isInList = false): Action {
    const { text: word, line } = this.#take();
    const ends = (token: Token) =>
      isWord(token, ['continue']) ||
      token.text === '}' ||
      (isInList ? token.kind === 'word' && !actionParts.has(token.text) : isStatement(token));
    return { word, values: this.#until(ends), line };
  }

  #users(): void {
    if (this.#takeIf('user')) this.#take();
    else if (this.#takeIf('users')) this.#list();
  }

  #list(): readonly Token[] {
    const begin = this.#take();
    if (begin.text !== '{') throw mistake(this.#file, begin.line, 'a list begins with {');
    const list = this.#until((token) => token.text === '}');
    this.#take();
    return list;
  }

  #until(ends: (token: Token, before: Token | undefined) => boolean): readonly Token[] {
    const begin = this.#at;
    for (; this.#token !== undefined; this.#at++)
      if (ends(this.#token, this.#tokens[this.#at - 1])) break;
    return this.#tokens.slice(begin, this.#at);
  }

  #text(of: string): Token {
    const token = this.#take();
    if (token.kind === 'text') return token;
    throw mistake(this.#file, token.line, `the name of ${of} stands in quotes`);
  }

  #take(): Token {
    const token = this.#token;
    const line = this.#tokens.at(-1)?.line ?? 1;
    if (token === undefined) throw mistake(this.#file, line, 'something is missing at the end');
    this.#at += 1;
    return token;
  }

  #takeIf(text: string): boolean {
    const token = this.#token;
    if (token?.text !== text || (token.kind !== 'word' && token.kind !== 'sign')) return false;
    this.#at += 1;
    return true;
  }
}

const actionParts: ReadonlySet<string> = new Set(
  'key value server port from to compress user pass folder'.split(' '),
);

function isStatement({ kind, text }: Token): boolean {
  return kind === 'word' && statementWords.has(text);
}

function isWord({ kind, text }: Token, words: readonly string[]): boolean {
  return kind === 'word' && words.includes(text);
}

/** Whether a brace behind it begins a list of names. */
function isList(before: Token | undefined): boolean {
  return before !== undefined && isWord(before, ['accounts', 'users']);
}

/** Whether a condition holds for all mail, or for all of some accounts. */
function isUnconditional([first, ...rest]: readonly Token[]): boolean {
  if (first === undefined) return false;
  if (isWord(first, ['all'])) return rest.length === 0;
  const isName = ({ kind, text }: Token) => kind === 'text' || text === '{' || text === '}';
  return isWord(first, ['account', 'accounts']) && rest.every(isName);
}
