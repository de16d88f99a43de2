/** A message in the demo's maildrop. */
export interface DemoMessage {
  readonly uid: string;
  /** CRLF line ends. */
  readonly content: Buffer;
}

export interface DemoReply {
  readonly bytes: Buffer;
  /** cut: the connection breaks off after these bytes, without QUIT. */
  readonly next: 'go-on' | 'close' | 'cut';
}

export interface DemoMaildrop {
  readonly messages: readonly DemoMessage[];
  remove(gone: ReadonlySet<DemoMessage>): void;
  /** Called for each RETR; true: the connection breaks in the middle of this message. */
  retrieved(): boolean;
}

/** Everybody may know them: the server serves made-up mail to this computer only. */
export const demoLogin = { user: 'demo', password: 'demo' } as const;

type Handler = (argument: string) => DemoReply;

/**
 * The server's side of one POP3 session (RFC 1939, 2449, SASL PLAIN by RFC 5034): command lines in, replies out.
 * Deletions happen at QUIT, and only there.
 */
export class MaildropSession {
  readonly #maildrop: DemoMaildrop;
  readonly #deleted = new Set<DemoMessage>();
  /** The listing as it was at login; undefined before. */
  #messages: readonly DemoMessage[] | undefined;
  #user = '';
  #awaitsPlain = false;

  constructor(maildrop: DemoMaildrop) {
    this.#maildrop = maildrop;
  }

  greeting(): Buffer {
    return ok('popfetch demo server, made-up mail only').bytes;
  }

  /** One command line without its CRLF. */
  answer(line: string): DemoReply {
    if (this.#awaitsPlain) return this.#plain(line);
    const blank = line.indexOf(' ');
    const verb = (blank === -1 ? line : line.slice(0, blank)).toUpperCase();
    const argument = blank === -1 ? '' : line.slice(blank + 1);
    const handler = this.#always[verb] ?? (this.#messages ? this.#transaction : this.#login)[verb];
    return handler?.(argument) ?? error('not known, or not now');
  }

  readonly #always: Readonly<Record<string, Handler>> = {
    CAPA: () => multiline('capabilities', capabilities.join('\r\n')),
    NOOP: () => ok('still here'),
    QUIT: () => this.#quit(),
  };

  readonly #login: Readonly<Record<string, Handler>> = {
    USER: (name) => {
      this.#user = name;
      return ok('and the password?');
    },
    PASS: (password) => this.#logIn(this.#user, password),
    AUTH: (argument) => this.#auth(argument),
  };

  readonly #transaction: Readonly<Record<string, Handler>> = {
    STAT: () => ok(`${this.#left.length} ${octets(this.#left)}`),
    LIST: (number) => this.#list(number, ({ content }) => String(content.length)),
    UIDL: (number) => this.#list(number, ({ uid }) => uid),
    RETR: (number) => this.#withMessage(number, (message) => this.#retrieve(message)),
    TOP: (argument) => {
      const [number = '', lines = ''] = argument.split(' ');
      return this.#withMessage(number, ({ content }) => multiline('', top(content, Number(lines))));
    },
    DELE: (number) =>
      this.#withMessage(number, (message) => {
        this.#deleted.add(message);
        return ok('will be deleted');
      }),
    RSET: () => {
      this.#deleted.clear();
      return ok('nothing will be deleted');
    },
  };

  get #left(): DemoMessage[] {
    return (this.#messages ?? []).filter((message) => !this.#deleted.has(message));
  }

  #auth(argument: string): DemoReply {
    const [mechanism = '', initial] = argument.split(' ');
    if (mechanism.toUpperCase() !== 'PLAIN') return error('PLAIN is all there is');
    if (initial !== undefined) return this.#plain(initial);
    this.#awaitsPlain = true;
    return { bytes: Buffer.from('+ \r\n'), next: 'go-on' };
  }

  /** RFC 4616: authorization identity, NUL, user, NUL, password. */
  #plain(base64: string): DemoReply {
    this.#awaitsPlain = false;
    const [, user = '', password = ''] = Buffer.from(base64, 'base64').toString().split('\0');
    return this.#logIn(user, password);
  }

  #logIn(user: string, password: string): DemoReply {
    if (user !== demoLogin.user || password !== demoLogin.password)
      return error(`[AUTH] it is ${demoLogin.user}, ${demoLogin.password}`);
    this.#messages = this.#maildrop.messages;
    return ok(`${this.#messages.length} messages`);
  }

  #list(number: string, fact: (message: DemoMessage) => string): DemoReply {
    if (number !== '')
      return this.#withMessage(number, (message) => ok(`${number} ${fact(message)}`));
    const lines = (this.#messages ?? []).flatMap((message, index) =>
      this.#deleted.has(message) ? [] : [`${index + 1} ${fact(message)}`],
    );
    return multiline(`${lines.length} messages`, lines.join('\r\n'));
  }

  #retrieve({ content }: DemoMessage): DemoReply {
    const whole = multiline(`${content.length} octets`, content.toString('latin1'));
    if (!this.#maildrop.retrieved()) return whole;
    return { bytes: whole.bytes.subarray(0, whole.bytes.length / 2), next: 'cut' };
  }

  #withMessage(number: string, act: (message: DemoMessage) => DemoReply): DemoReply {
    const message = /^[1-9]\d*$/.test(number) ? this.#messages?.[Number(number) - 1] : undefined;
    if (message === undefined || this.#deleted.has(message)) return error('no such message');
    return act(message);
  }

  #quit(): DemoReply {
    this.#maildrop.remove(this.#deleted);
    return { ...ok('good-bye'), next: 'close' };
  }
}

const capabilities = [
  'USER',
  'SASL PLAIN',
  'UIDL',
  'TOP',
  'PIPELINING',
  'RESP-CODES',
  'AUTH-RESP-CODE',
];

function ok(text: string): DemoReply {
  return { bytes: Buffer.from(`+OK ${text}\r\n`), next: 'go-on' };
}

function error(text: string): DemoReply {
  return { bytes: Buffer.from(`-ERR ${text}\r\n`), next: 'go-on' };
}

/** Lines that start with a dot get another one (RFC 1939 §3). `text` is latin1, so that octets stay octets. */
function multiline(status: string, text: string): DemoReply {
  const stuffed = text.replace(/^\./gm, '..');
  const end = text === '' || text.endsWith('\r\n') ? '.\r\n' : '\r\n.\r\n';
  return { bytes: Buffer.from(`+OK ${status}\r\n${stuffed}${end}`, 'latin1'), next: 'go-on' };
}

function top(content: Buffer, lines: number): string {
  const text = content.toString('latin1');
  const body = text.indexOf('\r\n\r\n') + 4;
  const first = text.slice(body).split('\r\n').slice(0, lines);
  return text.slice(0, body) + first.join('\r\n');
}

function octets(messages: readonly DemoMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
