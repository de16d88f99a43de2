import { isLoopback } from '../util/loopback.ts';
import { printable } from '../util/printable.ts';
import type { Secret } from '../util/secret.ts';
import type { ImportedAccount, ImportedUid, Note, Setting } from './plan.ts';

/** What becomes of one account, gathered line by line. */
export class Draft {
  readonly #file: string;
  readonly #settings: Record<string, Setting> = {};
  readonly #notes: Note[] = [];
  readonly #comments: string[] = [];
  #secret: Secret | undefined;
  #isRefused = false;

  /** `line`: where the account begins, in a file that has several. */
  constructor(file: string, line?: number) {
    this.#file = file;
    this.comment(line === undefined ? `from ${file}` : `from ${file}, line ${line}`);
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** As it was; `word` is what the line calls it. */
  take(line: number, word: string, key: string, value: Setting): void {
    this.set(key, value);
    this.#note(line, 'taken', `${word}: ${key}`);
  }

  /** As it was, in what other lines set. */
  follow(line: number, text: string): void {
    this.#note(line, 'taken', text);
  }

  /** As something else, which `settings` hold. */
  change(line: number, text: string, settings: Readonly<Record<string, Setting>> = {}): void {
    for (const [key, value] of Object.entries(settings)) this.set(key, value);
    this.#note(line, 'changed', text);
  }

  leave(line: number, text: string): void {
    this.#note(line, 'left', text);
  }

  /** Without what this line says there is no account. */
  refuse(line: number, why: string): void {
    this.#isRefused = true;
    this.#note(line, 'left', `${why}; the account is not taken over`);
  }

  /** What no line says. */
  set(key: string, value: Setting): void {
    this.#settings[key] = value;
  }

  has(key: string): boolean {
    return key in this.#settings;
  }

  comment(text: string): void {
    this.#comments.push(printable(text));
  }

  /** One that stands in clear on this line. */
  password(line: number, secret: Secret): void {
    this.#secret = secret;
    this.#note(line, 'changed', 'password: stands here in clear, and is not copied');
  }

  /** A server that is asked without TLS. Elsewhere than on this computer it has to offer it from now on. */
  unencrypted(line: number, host: string): void {
    if (isLoopback(host)) this.set('tls', 'off');
    else
      this.change(
        line,
        'no encryption: tls: starttls (where the server has none, tls: off and insecure: true)',
        { tls: 'starttls' },
      );
  }

  /** Undefined where it was refused. */
  account(name: string, seen: readonly ImportedUid[]): ImportedAccount | undefined {
    if (this.#isRefused) return undefined;
    return {
      name,
      settings: this.#settings,
      comments: this.#comments,
      ...(this.#secret !== undefined && { secret: this.#secret }),
      file: this.#file,
      seen,
      notes: this.#notes,
    };
  }

  #note(line: number, kind: Note['kind'], text: string): void {
    this.#notes.push({ file: this.#file, line, kind, text: printable(text) });
  }
}

/** A number of octets as popfetch.yaml has it, which takes up to nine digits before the point. */
export function octets(count: number): string {
  return count < 1e9 ? `${count}B` : `${(count / 1000).toFixed(3)}kB`;
}
