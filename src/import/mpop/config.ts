import { mistake } from '../mistake.ts';

/** A line that says something. */
export interface ConfigLine {
  readonly word: string;
  /** Without the quotes that may stand around it; empty where there is none. */
  readonly argument: string;
  /** From 1. */
  readonly line: number;
  /** The command of which this is what it printed: `eval`. */
  readonly printedBy?: string;
}

export interface MpopAccount {
  readonly name: string;
  readonly line: number;
  /** By word; the last of several lines counts, and an account's own over those it inherits. */
  readonly values: ReadonlyMap<string, ConfigLine>;
  /** The one of which it is but another name. */
  readonly aliasOf: string | undefined;
}

/** The lines of an mpoprc that are neither empty nor comments. */
export function linesOf(text: string): readonly ConfigLine[] {
  return text.split('\n').flatMap((line, at) => lineOf(line, at + 1) ?? []);
}

/** One line; undefined where it says nothing. */
export function lineOf(text: string, line: number): ConfigLine | undefined {
  const [, word, rest = ''] = /^\s*([^\s#]\S*)(?:\s+(.*?))?\s*$/.exec(text) ?? [];
  if (word === undefined) return undefined;
  return { word, argument: /^"(.*)"$/.exec(rest)?.[1] ?? rest, line };
}

/** Throws a Failure with code `config` that begins with `file:line:`, where mpop would refuse it. */
export function accountsIn(lines: readonly ConfigLine[], file: string): readonly MpopAccount[] {
  const accounts = new Map<string, MpopAccount>();
  let defaults: Values = new Map();
  for (const { head, values } of sectionsOf(lines, file)) {
    if (head.word === 'defaults') {
      defaults = values;
      continue;
    }
    const { name, bases } = namesIn(head.argument);
    if (name === '') throw mistake(file, head.line, 'an account without a name');
    if (accounts.has(name)) throw mistake(file, head.line, `a second account "${name}"`);
    const inherited = bases.flatMap((base) => {
      const found = accounts.get(base);
      if (found === undefined)
        throw mistake(file, head.line, `no account "${base}" above this line`);
      return [...found.values];
    });
    const aliasOf = values.size === 0 && bases.length === 1 ? bases[0] : undefined;
    const all = new Map([...defaults, ...inherited, ...values]);
    accounts.set(name, { name, line: head.line, values: all, aliasOf });
  }
  return [...accounts.values()];
}

type Values = ReadonlyMap<string, ConfigLine>;

interface Section {
  /** `defaults` or `account NAME` */
  readonly head: ConfigLine;
  readonly values: Values;
}

function sectionsOf(lines: readonly ConfigLine[], file: string): readonly Section[] {
  const sections: { head: ConfigLine; values: Map<string, ConfigLine> }[] = [];
  for (const line of lines) {
    if (line.word === 'defaults' || line.word === 'account') {
      sections.push({ head: line, values: new Map() });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined)
      throw mistake(file, line.line, 'the first line must be "defaults" or "account"');
    if (!words.has(line.word)) throw mistake(file, line.line, `unknown command "${line.word}"`);
    section.values.set(line.word, line);
  }
  return sections;
}

/** `isp : one, other` */
function namesIn(argument: string): { readonly name: string; readonly bases: readonly string[] } {
  const [name = '', ...rest] = argument.split(':');
  const bases = rest.join(':').split(',');
  return {
    name: name.trim(),
    bases: bases.map((base) => base.trim()).filter((base) => base !== ''),
  };
}

const words: ReadonlySet<string> = new Set(
  `host port timeout pipelining received_header delivery uidls_file auth user password passwordeval ntlmdomain tls tls_starttls
   tls_key_file tls_cert_file tls_trust_file tls_crl_file tls_fingerprint tls_certcheck tls_min_dh_prime_bits tls_priorities
   tls_host_override only_new keep killsize skipsize filter proxy_host proxy_port source_ip socket tls_force_sslv3
   tls_nocertcheck tls_nostarttls`.split(/\s+/),
);
