import { isIP } from 'node:net';
import { Secret } from '../util/secret.ts';
import type { ProxySettings } from './config.ts';
import { anyOf, described, matching } from './json-schema.ts';
import type { Read } from './reading.ts';
import { nameOf, quoted, readText } from './values.ts';

/** The least version of TLS, which YAML takes for a number. */
export const readTlsVersion: Read<'1.2' | '1.3'> = described(
  () => anyOf({ enum: [1.2, 1.3] }, matching('^(?:[tT][lL][sS] ?[vV]?)?1\\.[23]$')),
  (tree, reading) => {
    const text = tree.kind === 'number' ? tree.source : tree.kind === 'text' ? tree.text : '';
    const version = text.replace(/^tls ?v?/i, '');
    if (version === '1.2' || version === '1.3') return version;
    const old = version === '1.0' || version === '1.1' || version === '1';
    const hint = old ? 'what is older than 1.2 is not secure' : undefined;
    return reading.report(tree, `expected 1.2 or 1.3, found ${nameOf(tree)}`, hint);
  },
);

/** An address of this computer. */
export const readAddress: Read<string> = described(
  () => matching('^[0-9a-fA-F.:%]+$'),
  (tree, reading) => {
    const text = readText(tree, reading);
    if (text === undefined || isIP(text) !== 0) return text;
    return reading.report(tree, `${quoted(text)} is not an IP address`, 'such as 192.0.2.7');
  },
);

const FORM = 'write socks5h://host:port or socks5h://user:password@host:port';

/** `socks5h://[user:password@]host:port`. No message repeats what was found: a password may be in it. */
export const readProxy: Read<ProxySettings> = described(
  () => matching('^[sS][oO][cC][kK][sS]5[hH]?://[^\\s]+:[0-9]{1,5}/?$'),
  (tree, reading) => {
    const text = readText(tree, reading);
    if (text === undefined) return undefined;
    const found =
      /^(socks5h?):\/\/(?:([^:/@\s]+):([^/@\s]+)@)?(\[[0-9a-f:.]+\]|[^\s/:@[\]]+):(\d{1,5})\/?$/i.exec(
        text,
      );
    if (found === null) return reading.report(tree, 'not the address of a SOCKS5 proxy', FORM);
    const [, scheme = '', user, password, host = '', digits = ''] = found;
    const port = Number(digits);
    if (port < 1 || port > 65_535)
      return reading.report(tree, 'a port is a number from 1 to 65535', FORM);
    const resolves = scheme.toLowerCase() === 'socks5h' ? 'there' : 'here';
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (user === undefined || password === undefined)
      return { host: bare, port, resolves, login: undefined };
    const decoded = [user, password].map(decodedPart);
    if (decoded.some((part) => part === undefined || Buffer.byteLength(part) > 255))
      return reading.report(tree, 'user or password cannot be read', 'write % as %25 and @ as %40');
    const [name = '', secret = ''] = decoded;
    return { host: bare, port, resolves, login: { user: name, password: new Secret(secret) } };
  },
);

function decodedPart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
