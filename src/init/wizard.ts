import type { WrittenSetting, WrittenSettings } from '../config/append-account.ts';
import { oauthProviderOf } from '../providers/oauth.ts';
import { loginOf, type Provider, providerOfHost } from '../providers/provider.ts';
import { isLoopback } from '../util/loopback.ts';
import { Secret } from '../util/secret.ts';
import type { FoundServer } from './find-server.ts';
import { keyringEntry, type PasswordPlace, passEntry } from './password-place.ts';
import type { Choice, Questions } from './questions.ts';

/** What the command line said already. */
export interface Wishes {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly tls?: Tls | undefined;
  readonly user?: string | undefined;
  readonly passwordCommand?: string | undefined;
  readonly deliver?: string | undefined;
  readonly keep?: string | undefined;
}

/** What is typed freely: the name of the account, and some of its keys. */
export type AskedKey = 'name' | 'email' | 'host' | 'port' | 'user' | 'deliver';

export type Tls = 'on' | 'starttls' | 'off';

export interface Server {
  readonly host: string;
  readonly port?: number | undefined;
  readonly tls: Tls;
  readonly user: string;
  readonly provider?: Provider;
}

/** What the wizard needs to know and cannot ask a person. */
export interface WizardParts {
  readonly questions: Questions;
  readonly find: (email: string) => Promise<FoundServer | undefined>;
  readonly tell: (line: string) => void;
  /** What is wrong with the value of a key, in half a line. */
  readonly complaint: (key: AskedKey, value: string) => string | undefined;
  readonly isInstalled: (program: string) => boolean;
  readonly isPassEntry: (entry: string) => boolean;
  readonly passwordFile: (account: string) => Pick<PasswordPlace, 'settings' | 'store'>;
}

/** Asks for what the command line left out, one question after the other. It only asks: nothing is written here. */
export class Wizard {
  readonly #wishes: Wishes;
  readonly #parts: WizardParts;

  constructor(wishes: Wishes, parts: WizardParts) {
    this.#wishes = wishes;
    this.#parts = parts;
  }

  /** Undefined where the command line names a server and a login name instead. */
  async email(): Promise<string | undefined> {
    const { email, host, user } = this.#wishes;
    if (email !== undefined || (host !== undefined && user !== undefined)) return email;
    return this.#text('email', 'E-mail address');
  }

  async name(suggested: string): Promise<string> {
    return this.#wishes.name ?? this.#text('name', 'Name for the account', suggested);
  }

  async server(email: string | undefined): Promise<Server> {
    const { host, port, tls, user } = this.#wishes;
    const found = host === undefined && email !== undefined ? await this.#found(email) : undefined;
    if (found === undefined) return this.#describedServer(email);
    const login = user ?? (await this.#text('user', 'Login name', found.user));
    return { ...found, port: port ?? found.port, tls: tls ?? found.tls, user: login };
  }

  async deliver(): Promise<string> {
    return this.#wishes.deliver ?? this.#text('deliver', 'Where new mail goes', '~/Maildir/');
  }

  async keep(): Promise<string> {
    if (this.#wishes.keep !== undefined) return this.#wishes.keep;
    return this.#parts.questions.choose('What was fetched', [
      { value: 'true', label: 'stays on the server' },
      { value: '30d', label: 'is deleted there after 30 days' },
      { value: 'false', label: 'is deleted there at once, when it is safe here' },
    ]);
  }

  async first(messages: number): Promise<'all' | 'new'> {
    if (messages === 0) return 'all';
    const there = messages === 1 ? '1 message is' : `${messages} messages are`;
    return this.#parts.questions.choose(`${there} there already`, [
      { value: 'all', label: 'fetch all of them' },
      { value: 'new', label: 'fetch only what comes from now on' },
    ]);
  }

  async password(account: string, { provider, host, user }: Server): Promise<PasswordPlace> {
    const { passwordCommand } = this.#wishes;
    if (passwordCommand !== undefined) return byCommand(passwordCommand);
    const { maildrop } = provider ?? providerOfHost(host) ?? {};
    if (maildrop?.kind === 'pop3' && maildrop.refused !== undefined)
      this.#parts.tell(maildrop.refused);
    const takesToken = maildrop?.kind === 'pop3' && maildrop.auth === 'oauth2';
    if (takesToken) return this.#token(host);
    const kind = await this.#kindOfPassword();
    switch (kind) {
      case 'pass':
        return this.#inPass(user);
      case 'secret-tool':
        return { ...keyringEntry(account), typed: await this.#typed() };
      case 'file':
        return { ...this.#parts.passwordFile(account), typed: await this.#typed() };
      case 'command':
        return byCommand(await this.#parts.questions.text('Command that prints the password'));
      case 'prompt':
        return { settings: { password: { prompt: true } }, typed: await this.#typed() };
      default:
        return kind satisfies never;
    }
  }

  /** Says where the server comes from, and has somebody agree where it leads elsewhere. */
  async #found(email: string): Promise<FoundServer | undefined> {
    const found = await this.#parts.find(email);
    if (found === undefined) {
      this.#parts.tell('Nothing was found.');
      return undefined;
    }
    const { host, port, tls, origin, isForeign } = found;
    this.#parts.tell(`${origin}: ${host}, port ${port}, ${tlsWords[tls]}`);
    if (isForeign !== true) return found;
    const domain = email.slice(email.lastIndexOf('@') + 1);
    this.#parts.tell(`${host} is not in ${domain}, and answers of the DNS can be forged.`);
    const answer = await this.#parts.questions.choose('Is it the right server', [
      { value: 'other', label: 'no: I name it myself' },
      { value: 'agreed', label: 'yes' },
    ]);
    return answer === 'agreed' ? found : undefined;
  }

  async #describedServer(email: string | undefined): Promise<Server> {
    const wishes = this.#wishes;
    const host = wishes.host ?? (await this.#text('host', 'POP3 server'));
    const tls = wishes.tls ?? (await this.#tls(host));
    const usual = tls === 'on' ? '995' : '110';
    const port = wishes.port ?? Number(await this.#text('port', 'Port', usual));
    const user = wishes.user ?? (await this.#text('user', 'Login name', email));
    return { host, port, tls, user };
  }

  #tls(host: string): Promise<Tls> {
    const choices: Choice<Tls>[] = [
      { value: 'on', label: 'TLS from the beginning (usual)' },
      { value: 'starttls', label: 'STARTTLS' },
    ];
    // Elsewhere the password would cross a network for all to read.
    if (isLoopback(host)) choices.push({ value: 'off', label: 'none: it is this computer' });
    return this.#parts.questions.choose('Encryption', choices);
  }

  #kindOfPassword(): Promise<'pass' | 'secret-tool' | 'file' | 'command' | 'prompt'> {
    const { questions, isInstalled } = this.#parts;
    return questions.choose('Where the password comes from', [
      ...(isInstalled('pass')
        ? [{ value: 'pass', label: 'pass, the password store' } as const]
        : []),
      ...(isInstalled('secret-tool')
        ? [{ value: 'secret-tool', label: "the desktop's keyring, by secret-tool" } as const]
        : []),
      { value: 'file', label: 'a file that only you can read (written now)' },
      { value: 'command', label: 'a command that prints it' },
      { value: 'prompt', label: 'nowhere: I type it each time' },
    ]);
  }

  /** Where no password is taken, an access token is (OAuth 2). */
  async #token(host: string): Promise<PasswordPlace> {
    const { questions, tell } = this.#parts;
    const isKnown = oauthProviderOf(host) !== undefined;
    const kind = await questions.choose('Where access tokens come from', [
      ...(isKnown
        ? [{ value: 'client', label: 'popfetch gets them, with your own client id' } as const]
        : []),
      { value: 'command', label: 'a command that prints one' },
    ]);
    if (kind === 'command')
      return byCommand(await questions.text('Command that prints an access token'));
    tell('popfetch.yaml(5) says under oauth where a client id is to be had.');
    const clientId = await questions.text('Client id');
    return { settings: { oauth: { clientId } }, needsConsent: true };
  }

  async #inPass(user: string): Promise<PasswordPlace> {
    const entry = await this.#parts.questions.text('Entry of pass', {
      otherwise: `mail/${user}`,
      check: (answer) => (/^[\w@.+/-]+$/.test(answer) ? undefined : 'letters, digits and / only'),
    });
    const { settings, store } = passEntry(entry);
    // pass would replace it without a question.
    if (this.#parts.isPassEntry(entry)) return { settings };
    this.#parts.tell('There is no such entry yet: it is made now.');
    return { settings, store, typed: await this.#typed() };
  }

  async #typed(): Promise<Secret> {
    const check = (answer: string) =>
      answer === '' ? 'something has to be typed here' : undefined;
    return new Secret(await this.#parts.questions.secret('Password (not shown)', { check }));
  }

  #text(key: AskedKey, question: string, otherwise?: string): Promise<string> {
    const check = (answer: string) => this.#parts.complaint(key, answer);
    return this.#parts.questions.text(question, { otherwise, check });
  }
}

const tlsWords = { on: 'TLS', starttls: 'STARTTLS' } as const;

/** A line for the shell. */
export function byCommand(line: string): PasswordPlace {
  return { settings: { password: { command: line } } };
}

/** The account as it is written: what popfetch knows by itself is left out. */
export function settingsOf(answers: {
  readonly email: string | undefined;
  readonly server: Server;
  readonly password: WrittenSettings;
  readonly deliver: WrittenSetting;
  readonly keep: string;
  readonly first: 'all' | 'new';
}): WrittenSettings {
  const { email, server, password, deliver, keep, first } = answers;
  const { host, port, tls, user, provider } = server;
  const usual = tls === 'on' ? 995 : 110;
  const usualLogin =
    email !== undefined && provider !== undefined ? loginOf(email, provider) : email;
  return {
    ...(email !== undefined && { email }),
    ...(provider === undefined && { host }),
    ...(port !== undefined && port !== usual && { port }),
    ...(tls !== 'on' && { tls }),
    ...(user !== usualLogin && { user }),
    ...password,
    deliver,
    keep: keep === 'true' ? true : keep === 'false' ? false : keep,
    ...(first === 'new' && { first }),
  };
}
