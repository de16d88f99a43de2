import { Secret } from '../../util/secret.ts';
import { Draft } from '../draft.ts';
import { type NetrcEntry, netrcPassword } from '../netrc.ts';
import type { Surroundings } from '../plan.ts';
import { Delivery } from './delivery.ts';
import type { AccountEntry, Statements } from './grammar.ts';
import { withTags } from './tags.ts';
import type { Token } from './tokens.ts';

export interface Translated {
  readonly name: string;
  readonly draft: Draft;
  /** Where the list of seen messages stands. */
  readonly cache: string | undefined;
}

interface Beside {
  readonly file: string;
  readonly around: Surroundings;
  readonly netrc: readonly NetrcEntry[];
}

/** What becomes of one account. */
export function translateAccount(
  account: AccountEntry,
  statements: Statements,
  beside: Beside,
): Translated {
  const translator = new AccountTranslator(account, beside);
  if (account.type === 'pop3' || account.type === 'pop3s') translator.translate(statements);
  else translator.draft.refuse(account.line, `${account.type}: only POP3 can be fetched`);
  return { name: account.name, draft: translator.draft, cache: translator.cache };
}

/** The words that take a value. */
const valued: ReadonlySet<string> = new Set(['server', 'pipe', 'port', 'user', 'pass', 'cache']);

const services: ReadonlyMap<string, number> = new Map([
  ['pop3', 110],
  ['pop-3', 110],
  ['pop3s', 995],
]);

class AccountTranslator {
  readonly draft: Draft;
  cache: string | undefined;
  readonly #account: AccountEntry;
  readonly #beside: Beside;
  readonly #values = new Map<string, Token>();
  readonly #flags = new Map<string, number>();

  constructor(account: AccountEntry, beside: Beside) {
    this.draft = new Draft(beside.file, account.line);
    this.#account = account;
    this.#beside = beside;
    const { words } = account;
    for (let at = 0; at < words.length; at++) {
      const [word, value] = [words[at], words[at + 1]];
      if (word === undefined) continue;
      if (valued.has(word.text) && value !== undefined) {
        this.#values.set(word.text, value);
        at += 1;
      } else this.#flags.set(word.text, word.line);
    }
  }

  translate(statements: Statements): void {
    const { line, isDisabled } = this.#account;
    const host = this.#text('server');
    if (host === undefined) {
      this.draft.refuse(line, 'a maildrop behind a command: only servers are asked');
      return;
    }
    this.draft.take(line, 'server', 'host', host);
    this.#connection(host);
    this.#login(host);
    if (isDisabled) this.draft.take(line, 'disabled', 'enabled', false);
    const keeps = this.#flags.get('keep');
    this.draft.take(
      keeps ?? line,
      keeps === undefined ? 'without keep' : 'keep',
      'keep',
      keeps !== undefined,
    );
    this.#only();
    new Delivery(statements, this.#account, this.draft, this.#beside.around).translate();
  }

  #connection(host: string): void {
    const { line, type } = this.#account;
    const isTls = type === 'pop3s';
    if (isTls) this.draft.take(line, 'pop3s', 'tls', 'on');
    else if (this.#flags.has('starttls')) this.draft.take(line, 'starttls', 'tls', 'starttls');
    else this.draft.unencrypted(line, host);
    const noVerify = this.#flags.get('no-verify');
    if (noVerify !== undefined)
      this.draft.change(noVerify, "no-verify: the server's certificate is checked from now on");
    const port = this.#values.get('port');
    if (port !== undefined) this.#port(port, isTls ? 995 : 110);
  }

  #port({ text, line }: Token, usual: number): void {
    const port = services.get(text) ?? Number(text);
    if (!(port >= 1 && port <= 65_535)) this.draft.refuse(line, `port ${text}: no port of POP3`);
    else if (port !== usual) this.draft.take(line, 'port', 'port', port);
  }

  #login(host: string): void {
    const { line } = this.#account;
    const { netrc } = this.#beside;
    const [given, pass] = [this.#values.get('user'), this.#values.get('pass')];
    const noted = netrc.find(({ machine }) => machine === undefined || machine === host)?.login;
    const user = given === undefined ? noted : given.text;
    if (given?.kind === 'command' || user === undefined) {
      this.draft.refuse(given?.line ?? line, 'user: the login name does not stand here');
      return;
    }
    this.draft.take(given?.line ?? line, 'user', 'user', user);
    const password = pass?.kind === 'text' ? pass.text : netrcPassword(netrc, host, user);
    if (pass?.kind === 'command')
      this.draft.take(pass.line, 'pass', 'password', { command: pass.text.trim() });
    else if (password !== undefined) this.draft.password(pass?.line ?? line, new Secret(password));
    else this.draft.set('password', { prompt: true });
  }

  /** Which messages: those that are not in the cache, or all each time. */
  #only(): void {
    const cache = this.#values.get('cache');
    const { line } = this.#account;
    if (this.#flags.has('old-only')) this.draft.refuse(line, 'old-only: only new mail is fetched');
    const noUidl = this.#flags.get('no-uidl');
    if (noUidl !== undefined)
      this.draft.change(
        noUidl,
        'no-uidl: messages are told apart by their headers where they have to be',
      );
    if (cache === undefined) {
      if (this.#flags.has('keep'))
        this.draft.change(
          line,
          'keep without new-only: fdm fetched all mail each time and kept no list; popfetch adopt finds what is stored',
        );
      return;
    }
    // Where the cache stands fdm knows no account yet: its tag is nothing.
    const filled = withTags(cache.text, '', this.#beside.around);
    if (filled.kind === 'filled' && cache.kind === 'text') this.cache = filled.text;
    else this.draft.leave(cache.line, 'cache: where it stands is not known');
  }

  #text(word: string): string | undefined {
    const token = this.#values.get(word);
    return token?.kind === 'text' ? token.text : undefined;
  }
}
