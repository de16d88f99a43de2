import type { Environment } from '../util/environment.ts';
import type { Secret } from '../util/secret.ts';

/** What becomes of another program's set-up. Made by reading alone: nothing was changed for it. */
export interface ImportPlan {
  /** As people call it: `fetchmail`. */
  readonly tool: string;
  /** What was read: configuration and seen lists. */
  readonly files: readonly string[];
  readonly accounts: readonly ImportedAccount[];
  /** Of what belongs to no account. */
  readonly notes: readonly Note[];
  /** What the program holds while it runs: its seen list is not to be believed then. */
  readonly locks: readonly ToolLock[];
}

export interface ImportedAccount {
  /** A valid name of an account (`accountName`), unique within the plan and the same each time. */
  readonly name: string;
  /** In the keys of popfetch.yaml, without `password` where there is `secret`. */
  readonly settings: Settings;
  /** Written above the account, a line each, without `#`. */
  readonly comments: readonly string[];
  /** A password that stands in a file in clear. It is not copied: the account asks for it where it lies. */
  readonly secret?: Secret;
  /** The configuration that it stands in, where there are several; the first of the plan's files without. */
  readonly file?: string;
  readonly seen: readonly ImportedUid[];
  readonly notes: readonly Note[];
}

export interface Settings {
  readonly [key: string]: Setting;
}

export type Setting = string | number | boolean | readonly Setting[] | Settings;

/** A message that the program has fetched. */
export interface ImportedUid {
  readonly uid: string;
  /** When it was first seen, where the program notes it: from then on the days of `keep: 30d` count. */
  readonly at?: Date;
  /** The program writes `-` for each `/` of the server's unique-id (getmail). */
  readonly folded?: boolean;
}

/** What becomes of one line. */
export interface Note {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** One line for people, without a password. */
  readonly text: string;
  /** taken: as it was; changed: as something else; left: not at all. */
  readonly kind: 'taken' | 'changed' | 'left';
}

/** How a running program shows. */
export type ToolLock =
  /** The first line of the file is its process. */
  | { readonly kind: 'pid'; readonly file: string }
  /** It holds an fcntl lock on the file. */
  | { readonly kind: 'fcntl'; readonly file: string }
  /** The file, or a symbolic link that leads nowhere, is there while it runs. */
  | { readonly kind: 'exists'; readonly file: string };

/** What a reader may ask of the computer. */
export interface Surroundings {
  readonly home: string;
  readonly env: Environment;
  /** Name of the user. */
  readonly user: string;
}

/** One program whose set-up can be taken over. */
export interface Importer {
  readonly tool: string;
  /** The files of its set-up where the program itself looks for them; those that exist, none where it is not in use. */
  defaultFiles(surroundings: Surroundings): readonly string[];
  /** Whether a file that somebody named, by its path or its text, is a configuration of this program. */
  recognises(file: string, text: string): boolean;
  /**
   * Reads configuration and seen lists. Throws a Failure with code `config` whose message begins with `FILE:LINE:` where
   * the configuration cannot be understood.
   */
  read(files: readonly string[], surroundings: Surroundings): Promise<ImportPlan>;
}
