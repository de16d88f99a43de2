import type { SessionContext } from '../source.ts';
import type { Command } from './wire/commands.ts';
import type { End, Reply } from './wire/connection.ts';
import type { Content } from './wire/multiline.ts';

/** Shorter secrets are only hidden in what we send: they would blank out half of what a server says. */
const shortestConcealed = 4;

/** Tells the dialogue line by line: commands with secrets as `***`, first lines of replies, sizes of what follows. */
export class Transcript {
  readonly #tell: SessionContext['onTranscript'];
  #secrets: readonly string[] = [];
  #octets = 0;

  constructor(tell: SessionContext['onTranscript']) {
    this.#tell = tell;
  }

  conceal(secret: string): void {
    if (secret.length >= shortestConcealed) this.#secrets = [...this.#secrets, secret];
  }

  /** A line from the server, without what it repeats of our secrets. */
  concealed(line: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
  }

  /** A challenge is half of what one needs to guess a password in peace. */
  #shown({ status, text, line }: Reply): string {
    return status === 'continue' && text !== '' ? '+ ***' : this.concealed(line);
  }

  sent(command: Command): void {
    this.#tell?.('sent', command.shown);
  }

  received(event: Reply | Content | End): void {
    if (this.#tell === undefined) return;
    switch (event.type) {
      case 'reply':
        this.#octets = 0;
        this.#tell('received', this.#shown(event));
        return;
      case 'content':
        this.#octets += event.octets.length;
        return;
      case 'end':
        this.#tell('received', `(${event.command.verb}: ${this.#octets} octets)`);
        return;
      default:
        event satisfies never;
    }
  }
}
