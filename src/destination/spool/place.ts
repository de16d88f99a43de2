import { createHash, randomBytes } from 'node:crypto';

/** The name of a spool file; what is on record names it as the intent's place. */
export interface Place {
  readonly name: string;
  /** Whose it is: account, seen list and destination. No two owners touch each other's files. */
  readonly owner: string;
  /** The same for every attempt at one message. */
  readonly key: string;
  /** How often the message may have been handed over when this attempt began, it included. */
  readonly attempt: number;
}

export function ownerOf(...identity: readonly string[]): string {
  return digest(identity.join('\n')).slice(0, 12);
}

export function keyOf(uid: string): string {
  return digest(uid).slice(0, 16);
}

/** Two messages may bear one unique-id: each name is new. */
export function newPlace(owner: string, uid: string, attempt: number): string {
  return `${owner}.${keyOf(uid)}_${attempt}_${randomBytes(4).toString('hex')}`;
}

/** Undefined for what is no name of a spool file: the destination may have been another kind until now. */
export function parsePlace(name: string): Place | undefined {
  const match = /^([0-9a-f]{12})\.([0-9a-f]{16})_(\d{1,6})_[0-9a-f]{8}$/.exec(name);
  const [, owner, key, attempt] = match ?? [];
  if (owner === undefined || key === undefined) return undefined;
  return { name, owner, key, attempt: Number(attempt) };
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
