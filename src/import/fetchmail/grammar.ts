import { Failure } from '../../errors.ts';
import { authTypes, protocols, type Token, tokens } from './tokens.ts';

/** What a .fetchmailrc says, in the order of its lines. */
export interface Statements {
  /** `set …` */
  readonly globals: readonly Option[];
  readonly servers: readonly ServerEntry[];
}

/** `poll`, `skip` or `defaults`. */
export interface ServerEntry {
  readonly verb: 'poll' | 'skip' | 'defaults';
  readonly name: string;
  readonly line: number;
  readonly options: readonly Option[];
  /** One an account; at least one. */
  readonly users: readonly (readonly Option[])[];
}

/** One word with what belongs to it. */
export interface Option {
  readonly word: string;
  readonly line: number;
  /** false: `no` stood before it. */
  readonly on: boolean;
  /** Strings, numbers as written, and of `is` and `to` local names: `there=here` for pairs. */
  readonly values: readonly string[];
}

/** Throws a Failure with code `config` that begins with `file:line:`, as soon as fetchmail itself would refuse it. */
export function parse(text: string, file: string): Statements {
  const reading = new Reading([...tokens(text)], file);
  const globals: Option[] = [];
  const servers: ServerEntry[] = [];
  while (!reading.isAtEnd) {
    if (reading.takes('set')) globals.push(reading.option(globalWords));
    else servers.push(server(reading));
  }
  return { globals, servers };
}

function server(reading: Reading): ServerEntry {
  const { line } = reading.next;
  const verb = (['poll', 'skip', 'defaults'] as const).find((word) => reading.takes(word));
  if (verb === undefined) throw reading.unexpected('poll, skip, defaults or set');
  const name = verb === 'defaults' ? verb : reading.string();
  const options: Option[] = [];
  while (reading.isAt(serverWords)) options.push(reading.option(serverWords));
  const users = reading.isAtWord('user') ? explicitUsers(reading) : [userOptions(reading)];
  if (reading.isAt(serverWords))
    throw reading.refuse(`server option "${reading.next.text}" after user options`);
  return { verb, name, line, options, users };
}

function explicitUsers(reading: Reading): readonly (readonly Option[])[] {
  const users: (readonly Option[])[] = [];
  while (reading.isAtWord('user')) users.push([userName(reading), ...userOptions(reading)]);
  return users;
}

/** `user joe`, `user joe there`; or turned round: `user joe here`, with `is ann there` behind. */
function userName(reading: Reading): Option {
  const { line } = reading.next;
  reading.takes('user');
  const names = reading.mapping();
  if (reading.takes('here')) return { word: 'is', line, on: true, values: names };
  const [name = ''] = names;
  if (names.length > 1) throw reading.unexpected('"here" behind several local names');
  reading.takes('there');
  return { word: 'user', line, on: true, values: [name] };
}

function userOptions(reading: Reading): readonly Option[] {
  const options: Option[] = [];
  while (reading.isAt(userWords)) {
    const option = reading.option(userWords);
    options.push(isRemote(option, reading) ? { ...option, word: 'user' } : option);
  }
  return options;
}

/** `is ann there`: the name at the server. */
function isRemote({ word, values }: Option, reading: Reading): boolean {
  if (word !== 'is' && word !== 'to') return false;
  if (reading.takes('here')) return false;
  return word === 'is' && values.length === 1 && reading.takes('there');
}

type Shape =
  | 'flag'
  | 'string'
  | 'strings'
  | 'number'
  | 'numbers'
  | 'mapping'
  | 'protocol'
  | 'auth'
  | 'port'
  | 'envelope'
  | 'header'
  /** A `=` may stand before the value: only `set` knows that. */
  | 'set string'
  | 'set number';

/** `no` may stand before flags, and before `envelope`. */
type Words = ReadonlyMap<string, Shape>;

function words(...table: readonly (readonly [Shape, string])[]): Words {
  return new Map(table.flatMap(([shape, all]) => all.split(' ').map((word) => [word, shape])));
}

const globalWords = words(
  ['set string', 'logfile idfile pidfile postmaster properties'],
  ['set number', 'daemon'],
  ['flag', 'bouncemail spambounce softbounce syslog invisible showdots'],
);

const serverWords = words(
  ['strings', 'aka localdomains'],
  ['string', 'via principal esmtpname esmtppassword qvirtual interface monitor plugin plugout'],
  ['protocol', 'protocol'],
  ['auth', 'auth'],
  ['port', 'service'],
  ['number', 'port interval timeout'],
  ['envelope', 'envelope'],
  ['header', 'bad-header'],
  ['flag', 'uidl checkalias dns tracepolls'],
);

const userWords = words(
  ['mapping', 'is to'],
  ['strings', 'folder smtphost fetchdomains'],
  ['numbers', 'antispam'],
  ['string', 'password smtpaddress smtpname mda bsmtp preconnect postconnect properties'],
  ['string', 'sslkey sslcert sslproto sslcertfile sslcertpath sslcommonname sslfingerprint'],
  ['number', 'limit warnings fetchlimit fetchsizelimit fastuidl batchlimit expunge'],
  ['flag', 'lmtp keep flush limitflush fetchall rewrite forcecr stripcr pass8bits dropstatus'],
  ['flag', 'dropdelivered mimedecode idle ssl sslcertck'],
);

class Reading {
  readonly #tokens: readonly Token[];
  readonly #file: string;
  #at = 0;

  constructor(all: readonly Token[], file: string) {
    this.#tokens = all;
    this.#file = file;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Behind the last one an empty string on its line, which fits nowhere. */
  get next(): Token {
    const end: Token = { kind: 'map', text: '', line: this.#tokens.at(-1)?.line ?? 1 };
    return this.#tokens[this.#at] ?? end;
  }

  takes(keyword: string): boolean {
    const is = this.isAtWord(keyword);
    if (is) this.#at++;
    return is;
  }

  isAtWord(keyword: string): boolean {
    return this.next.kind === 'keyword' && this.next.text === keyword;
  }

  /** Whether one of these, or `no` and one of these, comes next. */
  isAt(known: Words): boolean {
    const { kind, text } = this.next;
    if (kind !== 'keyword') return false;
    return known.has(text) || (text === 'no' && known.has(this.#tokens[this.#at + 1]?.text ?? ''));
  }

  option(known: Words): Option {
    const { line } = this.next;
    const on = !this.takes('no');
    const { kind, text: word } = this.next;
    const shape = kind === 'keyword' ? known.get(word) : undefined;
    if (shape === undefined) throw this.unexpected('an option');
    this.#at++;
    if (!on && shape !== 'flag' && shape !== 'envelope')
      throw this.refuse(`no "no ${word}" is known`);
    return { word, line, on, values: on ? this.#values(shape) : [] };
  }

  #values(shape: Shape): readonly string[] {
    switch (shape) {
      case 'flag':
        return [];
      case 'string':
        return [this.string()];
      case 'strings':
        return this.#several('string');
      case 'number':
        return [this.#take('number', 'a number')];
      case 'set string':
        this.#skipMap();
        return [this.string()];
      case 'set number':
        this.#skipMap();
        return [this.#take('number', 'a number')];
      case 'numbers':
        return this.#several('number');
      case 'mapping':
        return this.mapping();
      case 'protocol':
        return [this.#oneOf(protocols, 'a protocol')];
      case 'auth':
        return [this.#oneOf(authTypes, 'a way to log in')];
      case 'port':
        return [this.next.kind === 'number' ? this.#take('number', 'a port') : this.string()];
      case 'envelope':
        return this.next.kind === 'number'
          ? [this.#take('number', 'a number'), this.string()]
          : [this.string()];
      case 'header':
        return [this.#oneOf(new Set(['accept', 'reject']), 'accept or reject')];
      default:
        return shape satisfies never;
    }
  }

  string(): string {
    return this.#take('string', 'a name or a text');
  }

  /** Names, and pairs of them with `=` between. */
  mapping(): readonly string[] {
    const names: string[] = [];
    do {
      const name = this.string();
      const isPair = this.next.kind === 'map' && !this.isAtEnd;
      if (isPair) this.#at++;
      names.push(isPair ? `${name}=${this.string()}` : name);
    } while (this.next.kind === 'string');
    return names;
  }

  refuse(what: string): Failure {
    return new Failure('config', `${this.#file}:${this.next.line}: ${what}`);
  }

  /** What stands there instead is told, unless it may be a password. */
  unexpected(expected: string): Failure {
    const { kind, text } = this.next;
    const found = this.isAtEnd ? 'the end' : kind === 'keyword' ? `"${text}"` : `a ${kind}`;
    return this.refuse(`expected ${expected}, found ${found}`);
  }

  /** `set daemon = 300` */
  #skipMap(): void {
    if (this.next.kind === 'map' && !this.isAtEnd) this.#at++;
  }

  #several(kind: 'string' | 'number'): readonly string[] {
    const all = [this.#take(kind, `a ${kind}`)];
    while (this.next.kind === kind) all.push(this.#take(kind, `a ${kind}`));
    return all;
  }

  #oneOf(known: ReadonlySet<string>, what: string): string {
    const { kind, text } = this.next;
    if (kind !== 'keyword' || !known.has(text)) throw this.unexpected(what);
    this.#at++;
    return text;
  }

  #take(kind: 'string' | 'number', what: string): string {
    const token = this.next;
    if (token.kind !== kind) throw this.unexpected(what);
    this.#at++;
    return token.text;
  }
}
