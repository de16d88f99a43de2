import { isLoopback } from '../util/loopback.ts';
import type { MailServerAddress, MailServerDestination, PasswordSource } from './config.ts';
import { anyOf, type JsonSchema, mapOf, schemaOf } from './json-schema.ts';
import { readPassword } from './password.ts';
import { filledIn, readPath } from './paths.ts';
import type { Read, Reading } from './reading.ts';
import type { Entry, Tree } from './tree.ts';
import { nameOf, readChoice, readText } from './values.ts';

/** What may stand beside `lmtp` and `smtp`. */
export const lmtpOptions = ['to'] as const;
export const smtpOptions = ['to', 'user', 'password', 'tls', 'tlsCa'] as const;

const readTls = readChoice(['on', 'starttls']);

/** `{lmtp: ...}` and `{smtp: ...}` for editors. */
export function mailServerSchemas(): readonly JsonSchema[] {
  const text = schemaOf(readText);
  const to = anyOf(text, { type: 'array', items: text, minItems: 1 });
  const smtp = {
    smtp: text,
    to,
    user: text,
    password: schemaOf(readPassword),
    tls: schemaOf(readTls),
    tlsCa: schemaOf(readPath),
  };
  return [mapOf({ lmtp: text, to }, ['lmtp']), mapOf(smtp, ['smtp', 'to'])];
}

const lmtpPort = 24;
const smtpPort = 25;
/** TLS from the first octet (RFC 8314 §3.3). */
const smtpsPort = 465;

/** `{lmtp: host:port}` or `{lmtp: unix:PATH}`; without `to` the recipient is the login name. */
export function readLmtp(
  tree: Tree,
  options: readonly Entry[],
  reading: Reading,
): MailServerDestination | undefined {
  const address = readAddress(tree, lmtpPort, reading);
  const to = recipients(options, reading) ?? defaultRecipient(tree, options, reading);
  if (address === undefined || to === undefined) return undefined;
  const label = `lmtp ${shown(address)}`;
  return { kind: 'lmtp', label, address, to, tls: 'auto', tlsCa: undefined, login: undefined };
}

/** `{smtp: host:port, to: [ADDRESS]}`, with `user`, `password`, `tls` and `tlsCa`. */
export function readSmtp(
  tree: Tree,
  options: readonly Entry[],
  reading: Reading,
): MailServerDestination | undefined {
  const address = readAddress(tree, smtpPort, reading);
  const isNamed = options.some(({ key }) => key === 'to');
  const to = isNamed
    ? recipients(options, reading)
    : reading.report(tree, 'smtp without a recipient', 'add to: [you@example.org]');
  const login = readLogin(options, reading);
  const named = optionOf('tls', options, readTls, reading);
  const ca = optionOf('tlsCa', options, readPath, reading);
  if (address === undefined || to === undefined) return undefined;
  if ('path' in address)
    return reading.report(tree, 'smtp needs a host', 'write {smtp: host:port, to: [...]}');
  const tls = named ?? usualTls(address, login !== undefined);
  const label = `smtp ${shown(address)}`;
  return { kind: 'smtp', label, address, to, tls, tlsCa: ca?.absolute, login };
}

/** `smtp:host:port?to=ADDRESS,ADDRESS`, likewise `lmtp:`, with slashes as in a URL or without: the map in a word. */
export function readMailServer(
  tree: Tree,
  text: string,
  reading: Reading,
): MailServerDestination | undefined {
  const form = /^(lmtp|smtp):(?:\/\/)?([^?]*)(?:\?to=(.*))?$/.exec(text);
  const [, kind, server = '', to] = form ?? [];
  if (kind === undefined)
    return reading.report(tree, `expected a server, found ${nameOf(tree)}`, 'smtp:HOST?to=ADDRESS');
  const word = (part: string): Tree => ({ ...tree, kind: 'text', text: part });
  const address = word(server.startsWith('/') ? `unix:${server}` : server);
  const recipients: Tree = { ...tree, kind: 'list', values: (to ?? '').split(',').map(word) };
  const options = to === undefined ? [] : [{ key: 'to', keySpan: tree, value: recipients }];
  return (kind === 'lmtp' ? readLmtp : readSmtp)(address, options, reading);
}

/** A password never crosses a network unencrypted. */
function usualTls(
  address: { readonly host: string; readonly port: number },
  hasLogin: boolean,
): MailServerDestination['tls'] {
  if (address.port === smtpsPort) return 'on';
  return hasLogin && !isLoopback(address.host) ? 'starttls' : 'auto';
}

function readLogin(
  options: readonly Entry[],
  reading: Reading,
): MailServerDestination['login'] | undefined {
  const user = optionOf('user', options, readText, reading);
  const password = optionOf<PasswordSource>('password', options, readPassword, reading);
  const [ofUser, ofPassword] = ['user', 'password'].map((name) => entryIn(name, options));
  if (ofUser !== undefined && ofPassword === undefined)
    return reading.report(ofUser.keySpan, 'user without password', 'add password: {...}');
  if (ofPassword !== undefined && ofUser === undefined)
    return reading.report(ofPassword.keySpan, 'password without user', 'add user: the login name');
  return user === undefined || password === undefined ? undefined : { user, password };
}

function optionOf<T>(
  name: (typeof smtpOptions)[number],
  options: readonly Entry[],
  read: Read<T>,
  reading: Reading,
): T | undefined {
  const value = entryIn(name, options)?.value;
  return value === undefined ? undefined : read(value, reading);
}

function entryIn(name: string, options: readonly Entry[]): Entry | undefined {
  return options.find(({ key }) => key === name);
}

function readAddress(tree: Tree, port: number, reading: Reading): MailServerAddress | undefined {
  const text = readText(tree, reading);
  if (text === undefined) return undefined;
  if (text.startsWith('unix:')) {
    const path = readPath({ ...tree, kind: 'text', text: text.slice(5) }, reading);
    return path === undefined ? undefined : { path: path.absolute };
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9][A-Za-z0-9._-]*))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const given = Number(match?.[3] ?? port);
  if (host === undefined || given < 1 || given > 65_535)
    return reading.report(tree, `expected host:port or unix:PATH, found ${nameOf(tree)}`);
  return { host, port: given };
}

function recipients(options: readonly Entry[], reading: Reading): readonly string[] | undefined {
  const value = options.find(({ key }) => key === 'to')?.value;
  if (value === undefined) return undefined;
  const trees = value.kind === 'list' ? value.values : [value];
  if (trees.length === 0) return reading.report(value, 'no recipient', 'write to: [ADDRESS]');
  const read = trees.map((tree) => recipient(tree, reading));
  const all = read.filter((address) => address !== undefined);
  return all.length < read.length ? undefined : all;
}

function recipient(tree: Tree, reading: Reading): string | undefined {
  const text = readText(tree, reading);
  const address = text === undefined ? undefined : filledIn(text, tree, reading);
  if (address === undefined || isAddress(address)) return address;
  return reading.report(tree, `expected an address, found ${nameOf(tree)}`);
}

function defaultRecipient(
  tree: Tree,
  options: readonly Entry[],
  reading: Reading,
): readonly string[] | undefined {
  if (options.some(({ key }) => key === 'to')) return undefined;
  const user = reading.placeholders?.user;
  if (user !== undefined && isAddress(user)) return [user];
  return reading.report(tree, 'lmtp without a recipient', 'add to: [you@example.org]');
}

/** What may stand in angle brackets after RCPT TO, with or without a domain. */
function isAddress(text: string): boolean {
  return /^[^\s<>\u0000-\u001f\u007f]{1,254}$/.test(text);
}

function shown(address: MailServerAddress): string {
  if ('path' in address) return address.path;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
