import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type MaildropFaults,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { randomFrom } from '../support/random.ts';

/** Servers that misbehave at random, and the mail that comes in meanwhile. The same seed: the same mishaps. */
export class Farm implements AsyncDisposable {
  readonly servers: readonly MaildropServer[];
  readonly random: () => number;
  /** Subjects of all messages that were ever put there. */
  readonly sent: string[] = [];

  static async start(many: number, seed: number): Promise<Farm> {
    const servers = await Promise.all(Array.from({ length: many }, () => startMaildropServer()));
    return new Farm(servers, seed);
  }

  private constructor(servers: readonly MaildropServer[], seed: number) {
    this.servers = servers;
    this.random = randomFrom(seed);
  }

  /** Before an account is polled: perhaps new mail, perhaps a mishap. */
  prepare(at: number): void {
    const server = this.server(at);
    // What clients did is of no interest here, and would be all that grows.
    server.sessions.length = 0;
    for (let many = this.#upTo(3) - 1; many > 0; many--) this.#arrive(server, at);
    server.faults = this.#mishap();
  }

  /** From now on all is well. */
  heal(): void {
    for (const server of this.servers) server.faults = {};
  }

  server(at: number): MaildropServer {
    const server = this.servers[at];
    if (server === undefined) throw new Error(`there is no server ${at}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
  }

  #arrive(server: MaildropServer, at: number): void {
    const subject = `${at}-${this.sent.length}`;
    this.sent.push(subject);
    const lines = `line of ${subject}\r\n`.repeat(this.#upTo(20));
    server.messages.push({ uid: `u${subject}`, content: `Subject: ${subject}\r\n\r\n${lines}` });
  }

  #mishap(): MaildropFaults {
    const mishaps: readonly (() => MaildropFaults)[] = [
      () => ({}),
      () => ({}),
      () => ({ cutAfter: this.#upTo(1500), cutBy: this.#oneOf(['fin', 'rst']) }),
      () => ({ stallAt: this.#oneOf(places) }),
      () => ({ answers: { [this.#oneOf(['RETR 1', 'RETR 2', 'LIST', 'DELE'])]: '-ERR not now' } }),
      () => ({ answers: { AUTH: '-ERR [IN-USE] another session' } }),
      () => ({ answers: { greeting: '-ERR [SYS/TEMP] come again' } }),
      () => ({ dripMs: this.#upTo(2) }),
      () => ({ bytewise: true, latencyMs: this.#upTo(20) }),
    ];
    return this.#oneOf(mishaps)();
  }

  #oneOf<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.#upTo(choices.length) - 1];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }

  /** From 1. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.random() * most);
  }
}

const places = [
  'greeting',
  'CAPA',
  'AUTH',
  'STAT',
  'UIDL',
  'LIST',
  'RETR',
  'RETR 2',
  'DELE',
  'QUIT',
];

/** Subjects of what lies in a Maildir, one for each file. */
export function storedIn(maildir: string): readonly string[] {
  return readdirSync(join(maildir, 'new')).map((name) => {
    const text = readFileSync(join(maildir, 'new', name), 'latin1');
    const [, subject = ''] = /^Subject: (.*)$/m.exec(text) ?? [];
    const lines = text.split('\n').slice(2, -1);
    const isWhole = lines.length > 0 && lines.every((line) => line === `line of ${subject}`);
    return isWhole ? subject : `torn: ${text.slice(0, 200)}`;
  });
}
