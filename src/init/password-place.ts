import { basename, dirname, join } from 'node:path';
import type { WrittenSettings } from '../config/append-account.ts';
import type { Secret } from '../util/secret.ts';

/** Where an account's password comes from, as it was chosen. */
export interface PasswordPlace {
  /** What the account says about it. */
  readonly settings: WrittenSettings;
  /** What was typed; undefined where it is in its place already. */
  readonly typed?: Secret;
  /** How what was typed gets there; undefined where it is to be typed each time. */
  readonly store?: PasswordStore;
  /** Nobody can log in before consent was given, once the account is written. */
  readonly needsConsent?: true;
}

/** What was typed goes to the program's standard input or into the file, never into an argument. */
export type PasswordStore =
  | { readonly kind: 'program'; readonly argv: readonly string[] }
  | { readonly kind: 'file'; readonly path: string };

/** An entry of pass(1). Its first line is the password. */
export function passEntry(entry: string): { settings: WrittenSettings; store: PasswordStore } {
  return {
    settings: { password: { command: ['pass', 'show', entry] } },
    store: { kind: 'program', argv: ['pass', 'insert', '--multiline', entry] },
  };
}

/** The desktop's keyring. */
export function keyringEntry(account: string): { settings: WrittenSettings; store: PasswordStore } {
  const attributes = ['service', 'popfetch', 'account', account];
  const label = `--label=popfetch: ${account}`;
  return {
    settings: { password: { command: ['secret-tool', 'lookup', ...attributes] } },
    store: { kind: 'program', argv: ['secret-tool', 'store', label, ...attributes] },
  };
}

/** A file beside the configuration whose name is not taken. */
export function passwordFile(
  account: string,
  configFile: string,
  isTaken: (path: string) => boolean,
  shown: (path: string) => string,
): { settings: WrittenSettings; store: PasswordStore } {
  const folder = dirname(configFile);
  let path = join(folder, `${account}.password`);
  for (let number = 2; isTaken(path) || basename(path) === basename(configFile); number++)
    path = join(folder, `${account}-${number}.password`);
  return { settings: { password: { file: shown(path) } }, store: { kind: 'file', path } };
}
