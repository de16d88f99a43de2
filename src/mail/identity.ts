/**
 * What stands for a message that its unique-id alone does not name: `UID#headers:HASH#N`. It holds the unique-id
 * (nothing where the server gave none), the hash of the header, and which of the messages with both alike it is.
 */
export function headersIdentity(uid: string, header: string, occurrence: number): string {
  return `${groupOf(uid, header)}#${occurrence}`;
}

/*
 * What is on record besides messages begins with a blank: no unique-id does, whatever a server lists.
 */

/** Says on record that messages of this unique-id are told apart by their headers, however many are listed. */
export function sharedMark(uid: string): string {
  return ` shared ${uid}`;
}

/** Says on record that not all of these look-alikes were delivered. */
export function openMark(group: string): string {
  return ` open ${group}`;
}

/** On record while messages may be stored that had no unique-id when they came. */
export const unnamedMark = ' unnamed';

/** On record from when the seen list of another program was imported until a listing held something of it. */
export const importedMark = ' imported';

/** Names the program that the seen list is of. */
export function importedFromMark(tool: string): string {
  return ` imported from ${tool}`;
}

/** Stands for a message that the other program has noted with `-` for each `/` of its unique-id. */
export function foldedMark(uid: string): string {
  return ` folded ${uid.replaceAll('/', '-')}`;
}

/** Whether the server gave the message no unique-id, so that its header stands for it. */
export function isUnnamed(identity: string): boolean {
  return identity.startsWith('#headers:');
}

/** Whether it stands for no message but says something of several, or of all. */
export function isMark(identity: string): boolean {
  return identity.startsWith(' ');
}

/** The look-alikes that this one is of; undefined where its unique-id names it. */
export function lookAlikes(
  identity: string,
): { readonly uid: string; readonly group: string } | undefined {
  const found = /^(.*)#headers:[\w-]{22}(?=#\d+$)/s.exec(identity);
  return found === null ? undefined : { uid: found[1] ?? '', group: found[0] };
}

/** The hash of the header that an identity holds; undefined where it needs none. */
export function headerIn(identity: string): string | undefined {
  return lookAlikes(identity)?.group.slice(-22);
}

/** For a message that nothing tells from others: `session` makes it one that no other session ever gives. */
export function namelessIdentity(session: string, number: number): string {
  return `unnamed:${session}:${number}`;
}

export function isNameless(identity: string): boolean {
  return /^unnamed:[\da-f-]{36}:\d+$/.test(identity);
}

function groupOf(uid: string, header: string): string {
  return `${uid}#headers:${header}`;
}
