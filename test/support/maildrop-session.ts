import type {
  MaildropFaults,
  MaildropMessage,
  MaildropServer,
  SessionLog,
} from './maildrop-server.ts';

export interface Wire {
  write(octets: Buffer): void;
  /** Closes in order, after what was written. */
  end(): void;
  /** Drops the line as the faults say. */
  cut(): void;
}

export interface MaildropSessionParts {
  readonly server: MaildropServer;
  readonly log: SessionLog;
  readonly capabilities: readonly string[] | undefined;
  readonly offersStls: boolean;
  readonly startTls: () => void;
}

/** One client of a maildrop server: commands in, replies out. */
export class MaildropSession {
  readonly #parts: MaildropSessionParts;
  readonly #faults: MaildropFaults;
  readonly #deleted = new Set<number>();
  #maildrop: readonly MaildropMessage[] = [];
  #state: 'greeting' | 'authorization' | 'transaction' | 'over' = 'greeting';
  #encrypted = false;
  #user = '';
  #awaitsPlain = false;
  #stalled = false;
  #sent = 0;
  #input = '';
  #replies: Buffer[] = [];
  /** TLS begins behind the reply to STLS; what the client sent behind STLS is dropped. */
  #afterFlush: (() => void) | undefined;

  constructor(parts: MaildropSessionParts) {
    this.#parts = parts;
    this.#faults = parts.server.faults;
  }

  attached(wire: Wire): void {
    if (this.#state !== 'greeting') return;
    this.#state = 'authorization';
    this.#reply('greeting', () => this.#line('+OK ready'));
    this.#flush(wire);
  }

  receive(chunk: Buffer, wire: Wire): void {
    this.#input += chunk.toString('utf8');
    const lines = this.#input.split('\r\n');
    this.#input = lines.pop() ?? '';
    this.#parts.log.segments.push(lines.length);
    for (const line of lines) {
      if (this.#state === 'over' || this.#stalled) break;
      this.#parts.log.commands.push(line);
      this.#command(line);
      if (this.#afterFlush !== undefined) break;
    }
    this.#flush(wire);
  }

  #command(line: string): void {
    if (this.#awaitsPlain) {
      this.#awaitsPlain = false;
      this.#plain(line);
      return;
    }
    const [verb = '', ...rest] = line.split(' ');
    this.#reply(line, () => this.#answer(verb.toUpperCase(), rest));
  }

  /** Answers, unless the faults say otherwise for this command or its verb. */
  #reply(command: string, answer: () => void): void {
    const [verb = '', argument] = command.split(' ');
    const { stallAt, answers = {} } = this.#faults;
    if (stallAt !== undefined && [command, verb].includes(stallAt)) this.#stalled = true;
    // The listing of one message is another answer than the whole listing.
    const isOther = (verb === 'LIST' || verb === 'UIDL') && argument !== undefined;
    const instead = answers[command] ?? (isOther ? undefined : answers[verb]);
    if (this.#stalled) return;
    if (instead === undefined) answer();
    else this.#line(instead);
  }

  #answer(verb: string, rest: readonly string[]): void {
    if (verb === 'CAPA') this.#capa();
    else if (verb === 'QUIT') this.#quit();
    else if (this.#state === 'transaction') this.#transaction(verb, rest);
    else this.#authorization(verb, rest);
  }

  #authorization(verb: string, rest: readonly string[]): void {
    const { server, offersStls, startTls } = this.#parts;
    if (verb === 'STLS' && offersStls && !this.#encrypted) {
      this.#encrypted = true;
      this.#line('+OK begin');
      this.#afterFlush = startTls;
    } else if (verb === 'USER') {
      this.#user = rest.join(' ');
      this.#line('+OK');
    } else if (verb === 'PASS') {
      this.#login(this.#user === server.user && rest.join(' ') === server.password);
    } else if (verb === 'AUTH' && rest[0] === 'PLAIN') {
      if (rest[1] !== undefined) this.#plain(rest[1]);
      else {
        this.#awaitsPlain = true;
        this.#line('+ ');
      }
    } else this.#line('-ERR what?');
  }

  #plain(base64: string): void {
    const { user, password } = this.#parts.server;
    this.#login(Buffer.from(base64, 'base64').toString('utf8') === `\0${user}\0${password}`);
  }

  #login(right: boolean): void {
    if (!right) {
      this.#line('-ERR [AUTH] wrong login or password');
      return;
    }
    this.#state = 'transaction';
    this.#maildrop = [...this.#parts.server.messages];
    this.#line('+OK logged in');
  }

  #transaction(verb: string, rest: readonly string[]): void {
    const message = this.#message(rest[0]);
    if (verb === 'NOOP') this.#line('+OK');
    else if (verb === 'RSET') {
      this.#deleted.clear();
      this.#line('+OK');
    } else if (verb === 'STAT') {
      const sizes = this.#listed().map(([, listed]) => octetsOf(listed).length);
      this.#line(`+OK ${sizes.length} ${sizes.reduce((sum, size) => sum + size, 0)}`);
    } else if (verb === 'LIST' && rest.length === 0) {
      this.#lines(this.#listed().map(([number, listed]) => `${number} ${octetsOf(listed).length}`));
    } else if (verb === 'UIDL' && rest.length === 0) {
      this.#lines(this.#listed().map(([number, listed]) => `${number} ${listed.uid}`));
    } else if (message === undefined) this.#line('-ERR no such message');
    else this.#onMessage(verb, Number(rest[0]), message, rest[1]);
  }

  #onMessage(verb: string, number: number, message: MaildropMessage, lines?: string): void {
    if (verb === 'RETR') this.#content(octetsOf(message));
    else if (verb === 'TOP') this.#content(topOf(octetsOf(message), Number(lines)));
    else if (verb === 'UIDL') this.#line(`+OK ${number} ${message.uid}`);
    else if (verb === 'LIST') this.#line(`+OK ${number} ${octetsOf(message).length}`);
    else if (verb === 'DELE') {
      this.#deleted.add(number);
      this.#line('+OK marked');
    } else this.#line('-ERR what?');
  }

  #capa(): void {
    const { capabilities, offersStls } = this.#parts;
    const usual = [
      'TOP',
      'UIDL',
      'USER',
      'SASL PLAIN',
      'RESP-CODES',
      'AUTH-RESP-CODE',
      'PIPELINING',
    ];
    if (capabilities?.length === 0) this.#line('-ERR what?');
    else this.#lines(capabilities ?? (offersStls && !this.#encrypted ? [...usual, 'STLS'] : usual));
  }

  #quit(): void {
    const { server, log } = this.#parts;
    if (this.#state === 'transaction') {
      const gone = new Set(this.#maildrop.filter((_, index) => this.#deleted.has(index + 1)));
      server.messages = server.messages.filter((message) => !gone.has(message));
      log.updated = true;
    }
    this.#state = 'over';
    this.#line('+OK bye');
  }

  #listed(): readonly (readonly [number, MaildropMessage])[] {
    return this.#maildrop
      .map((message, index) => [index + 1, message] as const)
      .filter(([number]) => !this.#deleted.has(number));
  }

  #message(number: string | undefined): MaildropMessage | undefined {
    return this.#deleted.has(Number(number)) ? undefined : this.#maildrop[Number(number) - 1];
  }

  #line(text: string): void {
    this.#replies.push(Buffer.from(`${text}\r\n`, 'latin1'));
  }

  #lines(lines: readonly string[]): void {
    this.#line(['+OK', ...lines, '.'].join('\r\n'));
  }

  #content(octets: Buffer): void {
    this.#line('+OK message follows');
    this.#replies.push(stuffed(octets));
  }

  #flush(wire: Wire): void {
    const octets = Buffer.concat(this.#replies);
    this.#replies = [];
    const room = (this.#faults.cutAfter ?? Number.POSITIVE_INFINITY) - this.#sent;
    this.#sent += octets.length;
    if (octets.length > 0) wire.write(octets.subarray(0, Math.max(room, 0)));
    if (octets.length >= room) {
      this.#state = 'over';
      wire.cut();
    } else if (this.#state === 'over') wire.end();
    this.#afterFlush?.();
    this.#afterFlush = undefined;
  }
}

/** Byte-stuffed, with the terminator; a last line without line end gets one, as servers do. */
function stuffed(octets: Uint8Array): Buffer {
  const text = Buffer.from(octets).toString('latin1');
  const whole = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
  return Buffer.from(`${whole.replace(/(^|\r\n)\./g, '$1..')}.\r\n`, 'latin1');
}

function octetsOf(message: MaildropMessage): Buffer {
  return typeof message.content === 'string'
    ? Buffer.from(message.content, 'latin1')
    : Buffer.from(message.content);
}

function topOf(octets: Buffer, lines: number): Buffer {
  const text = octets.toString('latin1');
  const body = text.indexOf('\r\n\r\n');
  if (body === -1) return octets;
  const header = text.slice(0, body + 4);
  const first = text
    .slice(body + 4)
    .split('\r\n')
    .slice(0, lines);
  return Buffer.from(first.length === 0 ? header : `${header}${first.join('\r\n')}\r\n`, 'latin1');
}
