import type { Terminal } from '../init/clack-questions.ts';

/** Everything outside that commands touch; only main.ts makes one from `process`. */
export interface World {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether stderr goes to the journal, which wants priorities and no time. */
  readonly stderrIsJournal: () => boolean;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** Asks a person, hidden; undefined where nobody could answer. */
  readonly readPrompt: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** The terminal that questions with choices go to; undefined where there is none, or one that only knows lines. */
  readonly terminal?: (() => Terminal) | undefined;
  /** Undefined where the system has none. */
  readonly uid: number | undefined;
  readonly home: string;
  /** Node and this program, by their real paths: what starts it again. */
  readonly program: readonly string[];
  readonly version: string;
  /** Names this run in logs and JSON lines. */
  readonly run: string;
  /** ms since 1970. */
  readonly now: () => number;
  /** Tells of signals until disposed. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => Disposable;
  /** Tells of wishes until disposed; nobody listening, they do what the system makes of them. */
  readonly onRequest: (listener: (signal: RequestSignal) => void) => Disposable;
}

/** Wishes to a program that goes on running. */
export type RequestSignal = 'SIGHUP' | 'SIGUSR1';

/** SIGHUP comes when a terminal is closed. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Output {
  write(text: string): void;
  /** Octets as they are. */
  writeOctets(octets: Uint8Array): void;
  readonly isTTY: boolean;
  /** Of the terminal, as it is now. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
