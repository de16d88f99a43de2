import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** An account to be written into a configuration. */
export interface NewAccount {
  /** Valid, and not in the configuration yet. */
  readonly name: string;
  /** By the keys of popfetch.yaml, in the order in which they are written. */
  readonly settings: WrittenSettings;
  /** Written above the account, a line each, without `#`. */
  readonly comments?: readonly string[];
}

/** Values as YAML and JSON know them. */
export type WrittenSetting =
  | string
  | number
  | boolean
  | readonly WrittenSetting[]
  | WrittenSettings;

export interface WrittenSettings {
  readonly [key: string]: WrittenSetting;
}

/**
 * The text of a configuration with these accounts behind those that it has. What was there stays as it was, comments
 * and all; only where the accounts stand in braces is the file written anew. JSON stays JSON.
 * Beware: the text must be a valid configuration, or empty.
 */
export function withAccounts(text: string, accounts: readonly NewAccount[]): string {
  const json = parsedJson(text);
  if (json !== undefined) return inJson(json, accounts);
  const document = parseDocument(text, { schema: 'core' });
  const { contents } = document;
  const pair = isMap(contents) ? pairOf(contents, 'accounts') : undefined;
  if (pair === undefined) return `${ended(text)}accounts:\n${blocks(accounts, '  ')}`;
  const { value } = pair;
  const end = isMap(value) && value.flow !== true ? lastEnd(value) : undefined;
  const [first] = isMap(value) ? value.items : [];
  if (end === undefined || !isScalar(first?.key)) {
    for (const { name, settings } of accounts) document.setIn(['accounts', name], settings);
    return document.toString();
  }
  const indentation = columnOf(text, first.key.range?.[0] ?? 0);
  const at = endOfBlock(text, end, indentation);
  const added = blocks(accounts, ' '.repeat(indentation));
  return ended(text.slice(0, at)) + added + text.slice(at);
}

/** A value as one line of the file holds it: maps and lists in braces and brackets, anything else is text. */
export function settingIn(line: string): WrittenSetting {
  if (!/^\s*[{[]/.test(line)) return line;
  return parseDocument(line, { schema: 'core' }).toJS();
}

type JsonObject = Readonly<Record<string, unknown>>;

function parsedJson(text: string): JsonObject | undefined {
  try {
    const whole: unknown = JSON.parse(text);
    return isObject(whole) ? whole : undefined;
  } catch {
    return undefined;
  }
}

function inJson(whole: JsonObject, accounts: readonly NewAccount[]): string {
  const before = isObject(whole.accounts) ? whole.accounts : {};
  const added = Object.fromEntries(accounts.map(({ name, settings }) => [name, settings]));
  return `${JSON.stringify({ ...whole, accounts: { ...before, ...added } }, undefined, 2)}\n`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

/** Behind the last of a map's values; undefined where it has none. */
function lastEnd(map: YAMLMap): number | undefined {
  const last = map.items.at(-1);
  if (last === undefined) return undefined;
  const { key, value } = last;
  if (isMap(value) && value.flow !== true) return lastEnd(value) ?? endOf(key);
  return endOf(value) ?? endOf(key);
}

function endOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? Number(node.range[1]) : undefined;
}

/** Where the line of a value ends, and comments that belong to its account: they are indented more than its name. */
function endOfBlock(text: string, end: number, indentation: number): number {
  // The value of a block of lines ends behind its line ends.
  let at = lineEnd(text, text.slice(0, end).trimEnd().length);
  for (let next = at; next < text.length; ) {
    const line = text.slice(next, lineEnd(text, next));
    const indented = line.length - line.trimStart().length;
    if (line.trim() !== '' && (!line.trimStart().startsWith('#') || indented <= indentation)) break;
    next += line.length;
    if (line.trim() !== '') at = next;
  }
  return at;
}

/** Behind the line end of the line that an offset is in. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function blocks(accounts: readonly NewAccount[], indentation: string): string {
  return accounts.map((account) => block(account, indentation)).join('');
}

function block({ name, settings, comments = [] }: NewAccount, indentation: string): string {
  const lines = Object.entries(settings).map(
    ([key, value]) => `${indentation}  ${key}: ${inOneLine(value)}\n`,
  );
  const above = comments.map((comment) => `${indentation}# ${comment}\n`);
  return `${above.join('')}${indentation}${name}:\n${lines.join('')}`;
}

/** A value as one line of YAML. */
export function inOneLine(value: WrittenSetting): string {
  if (typeof value === 'string') return plainOrQuoted(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(inOneLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, one]) => `${key}: ${inOneLine(one)}`);
  return `{${entries.join(', ')}}`;
}

function isList(
  value: readonly WrittenSetting[] | WrittenSettings,
): value is readonly WrittenSetting[] {
  return Array.isArray(value);
}

/** In quotes wherever YAML, of whatever version, could take it for anything but text. */
function plainOrQuoted(text: string): string {
  const isPlain = /^[A-Za-z~/][\w ./~@+-]*$/.test(text) && !/\s$|^~$/.test(text);
  const isWord = /^(?:true|false|yes|no|on|off|y|n|null)$/i.test(text);
  return isOurs.test(text) || (isPlain && !isWord) ? text : JSON.stringify(text);
}

/** What `tls` takes, which only YAML 1.1 took for a truth value; a duration; an address. */
const isOurs = /^(?:on|off|\d+[smhd]|\d+\.\d+\.\d+\.\d+)$/;
