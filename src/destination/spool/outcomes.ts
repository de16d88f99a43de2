import fs from 'node:fs';
import { promisify } from 'node:util';
import { replaceFile, writeFully } from '../../durable/file.ts';
import { errnoOf } from '../../durable/storage-failure.ts';
import { keyOf, type Place, parsePlace } from './place.ts';

const fdatasync = promisify(fs.fdatasync);

/** What is known of one spool file. `started`: it was begun, and nobody wrote how it ended. */
export type Outcome =
  | { readonly state: 'untouched' }
  | { readonly state: 'started'; readonly pid: number }
  | { readonly state: 'ended'; readonly status: number };

interface Attempts {
  readonly place: Place;
  starts: number;
  outcome: Outcome;
  /** Recipients that have it. */
  readonly taken: Set<string>;
}

/** Failed messages whose attempts are remembered; one that was deleted from the server stays among them. */
const mostRemembered = 1000;

/** That are kept in vain before the file is written anew. */
const mostLines = 500;

/**
 * What became of the messages handed over, as the file of an owner says: a line `PLACE start PID` and a line
 * `PLACE end STATUS` each, and a line `PLACE took RECIPIENT` for each of several recipients that has it. It is what a
 * run that was killed leaves to the next. Lines that are torn are as good as none.
 */
export class Outcomes {
  readonly #attempts = new Map<string, Attempts>();
  readonly #lines: number;

  static read(file: string): Outcomes {
    try {
      return new Outcomes(fs.readFileSync(file, 'latin1'));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return new Outcomes('');
      throw error;
    }
  }

  private constructor(text: string) {
    // Behind the last line end is nothing, or what was torn.
    const lines = text.split('\n').slice(0, -1);
    for (const line of lines) this.#note(line);
    this.#lines = lines.length;
  }

  of(place: string): Outcome {
    return this.#attempts.get(place)?.outcome ?? { state: 'untouched' };
  }

  /** Of several recipients, those who have it, this attempt or not. */
  takenBy(place: string): readonly string[] {
    return [...(this.#attempts.get(place)?.taken ?? [])];
  }

  /** The attempt that would come now for a spool file made for an earlier one. */
  nextAttempt(place: Place): number {
    return place.attempt + (this.#attempts.get(place.name)?.starts ?? 0);
  }

  /** How often the message of this unique-id was tried since one of that name was delivered. */
  failedAttempts(uid: string): number {
    const key = keyOf(uid);
    let attempts = 0;
    for (const { place, starts, outcome } of this.#attempts.values()) {
      if (place.key !== key) continue;
      attempts = isSuccess(outcome) ? 0 : place.attempt + starts - 1;
    }
    return attempts;
  }

  /** Forgets what nobody will ask for: successes that are on record, all but the last attempt at the others. */
  async compact(file: string, promised: ReadonlySet<string>): Promise<void> {
    const failed = new Map<string, Attempts>();
    for (const attempts of this.#attempts.values()) {
      if (isSuccess(attempts.outcome)) failed.delete(attempts.place.key);
      else failed.set(attempts.place.key, attempts);
    }
    const last = new Set([...failed.values()].slice(-mostRemembered));
    const kept = [...this.#attempts.values()].filter(
      (attempts) => last.has(attempts) || promised.has(attempts.place.name),
    );
    if (kept.length === 0) fs.rmSync(file, { force: true });
    else if (this.#lines > mostLines + 2 * kept.length)
      await replaceFile(file, Buffer.from(kept.map(linesOf).join(''), 'latin1'), 0o600);
  }

  #note(line: string): void {
    const [name = '', verb, number = ''] = line.split(' ');
    const place = parsePlace(name);
    const isNote = verb === 'took' ? /^[0-9a-f]{12}$/ : /^\d{1,10}$/;
    if (place === undefined || !isNote.test(number)) return;
    const attempts = this.#attempts.get(name) ?? {
      place,
      starts: 0,
      outcome: { state: 'untouched' },
      taken: new Set(),
    };
    this.#attempts.delete(name);
    this.#attempts.set(name, attempts);
    if (verb === 'start') {
      attempts.starts += 1;
      attempts.outcome = { state: 'started', pid: Number(number) };
    } else if (verb === 'end') {
      attempts.outcome = { state: 'ended', status: Number(number) };
    } else if (verb === 'took') attempts.taken.add(number);
  }
}

function isSuccess(outcome: Outcome): boolean {
  return outcome.state === 'ended' && outcome.status === 0;
}

function linesOf({ place, starts, outcome, taken }: Attempts): string {
  const pid = outcome.state === 'started' ? outcome.pid : 0;
  const took = [...taken].map((part) => `${place.name} took ${part}\n`).join('');
  if (outcome.state === 'untouched') return took;
  const start = took + `${place.name} start ${pid}\n`.repeat(Math.max(starts, 1));
  return outcome.state === 'ended' ? `${start}${place.name} end ${outcome.status}\n` : start;
}

/** Appends to the file that `Outcomes` reads; a command's own runner appends to it too. */
export class OutcomesLog implements Disposable {
  readonly fd: number;
  #syncing: Promise<void> | undefined;
  #again = false;

  constructor(file: string) {
    const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = fs.constants;
    this.fd = fs.openSync(file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    const { size } = fs.fstatSync(this.fd);
    const last = Buffer.alloc(1);
    // What was torn must not swallow the next line.
    if (size > 0 && fs.readSync(this.fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a)
      writeFully(this.fd, Buffer.from('\n'));
  }

  note(place: string, verb: 'start' | 'end' | 'took', number: number | string): void {
    writeFully(this.fd, Buffer.from(`${place} ${verb} ${number}\n`, 'latin1'));
  }

  /**
   * Resolves when all lines written before this call are on the disk, or cannot be: then only a power cut before the
   * journal has them makes a delivery repeat. Calls while a sync runs share the next one.
   */
  async sync(): Promise<void> {
    this.#again = true;
    this.#syncing ??= this.#syncWhileAsked();
    await this.#syncing;
  }

  [Symbol.dispose](): void {
    fs.closeSync(this.fd);
  }

  async #syncWhileAsked(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // On the thread pool however quick it is: the next message is on its way meanwhile.
      await fdatasync(this.fd).catch(() => undefined);
    }
    this.#syncing = undefined;
  }
}
