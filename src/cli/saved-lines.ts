import { Failure } from '../errors.ts';
import { escapeHarmful } from '../log/escape.ts';
import type { SavedRecord, Trouble } from '../state/seen-store.ts';

/** A record with the account that it is of. */
export interface SavedLine {
  readonly account: string;
  readonly record: SavedRecord;
}

/** `state export`: one message's record as a line of JSON. The form is documented in popfetch(1), and never changes but by additions. */
export function savedLine({ account, record }: SavedLine): string {
  const { uid: uidl, state, at, why: reason, goneAt, stored, parts, trouble } = record;
  const { print, ...place } = stored ?? {};
  const line = JSON.stringify({
    v: 1,
    event: 'state.record',
    account,
    uidl,
    state,
    ...(state !== 'undelivered' && { at: isoTime(at) }),
    reason,
    goneAt: goneAt === undefined ? undefined : isoTime(goneAt),
    ...place,
    header: print?.header,
    content: print?.content,
    parts,
    trouble: trouble && { ...trouble, at: isoTime(trouble.at) },
  });
  return `${escapeHarmful(line)}\n`;
}

/** Reads one back. Throws a Failure with code `usage` that names the line; `number` counts from 1. */
export function parseSavedLine(text: string, number: number): SavedLine {
  const fields = fieldsOf(text, number);
  const wrong = (name: string) =>
    new Failure('usage', `line ${number}: ${name} is missing or wrong`);
  const take = <T>(name: string, read: (said: unknown) => T | undefined): T => {
    const value = read(fields.get(name));
    if (value === undefined) throw wrong(name);
    return value;
  };
  const takeIfThere = <T>(name: string, read: (said: unknown) => T | undefined): T | undefined =>
    fields.has(name) ? take(name, read) : undefined;

  if (fields.get('v') !== 1) throw wrong('v');
  const state = take('state', stateFrom);
  const why = takeIfThere('reason', textFrom);
  const goneAt = takeIfThere('goneAt', timeFrom);
  const parts = takeIfThere('parts', namesFrom);
  const trouble = takeIfThere('trouble', troubleFrom);
  const stored = fields.has('sha256')
    ? {
        place: take('place', textFrom),
        size: take('size', countFrom),
        sha256: take('sha256', hashFrom),
      }
    : undefined;
  const header = takeIfThere('header', keyFrom);
  const content = takeIfThere('content', keyFrom);
  const print = header === undefined || content === undefined ? undefined : { header, content };
  return {
    account: take('account', textFrom),
    record: {
      uid: take('uidl', uidFrom),
      state,
      at: state === 'undelivered' ? 0 : take('at', timeFrom),
      ...(why !== undefined && { why }),
      ...(goneAt !== undefined && { goneAt }),
      ...(stored && { stored: { ...stored, ...(print && { print }) } }),
      ...(parts && { parts }),
      ...(trouble && { trouble }),
    },
  };
}

function fieldsOf(text: string, number: number): ReadonlyMap<string, unknown> {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (error) {
    throw new Failure('usage', `line ${number} is no JSON`, {}, error);
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said))
    throw new Failure('usage', `line ${number} is no record`);
  return new Map(Object.entries(said));
}

/** Octets as characters (latin1); RFC 1939 wants 70 at most, servers send more. */
const longestUid = 64 * 1024;

function uidFrom(said: unknown): string | undefined {
  const text = textFrom(said);
  return text === undefined || text === '' || text.length > longestUid ? undefined : text;
}

const longestText = 64 * 1024;

function textFrom(said: unknown): string | undefined {
  return typeof said === 'string' && said.length <= longestText ? said : undefined;
}

function timeFrom(said: unknown): number | undefined {
  const isTime =
    typeof said === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(said);
  const time = isTime ? Date.parse(said) : Number.NaN;
  return time >= 0 ? time : undefined;
}

function countFrom(said: unknown): number | undefined {
  return typeof said === 'number' && Number.isSafeInteger(said) && said >= 0 ? said : undefined;
}

function hashFrom(said: unknown): string | undefined {
  return typeof said === 'string' && /^[\da-f]{64}$/.test(said) ? said : undefined;
}

/** base64url */
function keyFrom(said: unknown): string | undefined {
  return typeof said === 'string' && /^[\w-]{1,64}$/.test(said) ? said : undefined;
}

function namesFrom(said: unknown): readonly string[] | undefined {
  const isNames = Array.isArray(said) && said.every((name) => /^[^,]{1,256}$/.test(String(name)));
  return isNames ? said.map(String) : undefined;
}

function stateFrom(said: unknown): SavedRecord['state'] | undefined {
  switch (said) {
    case 'delivered':
    case 'marked':
    case 'quarantined':
    case 'undelivered':
      return said;
    default:
      return undefined;
  }
}

function troubleFrom(said: unknown): Trouble | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(said));
  const count = countFrom(fields.get('count'));
  const why = textFrom(fields.get('why'));
  const at = timeFrom(fields.get('at'));
  return count === undefined || why === undefined || at === undefined
    ? undefined
    : { count, why, at };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
