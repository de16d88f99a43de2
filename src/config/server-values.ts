import { isIP } from 'node:net';
import { anyOf, described, matching } from './json-schema.ts';
import type { Read } from './reading.ts';
import { quoted, readText } from './values.ts';

/** A host name or address, without port and scheme; brackets around an IPv6 address are dropped. */
export const readHost: Read<string> = described(
  () => matching('^[^\\s/@{}]+$'),
  (tree, reading) => {
    const text = readText(tree, reading);
    if (text === undefined) return undefined;
    const host = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (isIP(host) !== 0) return host;
    const url = /^[a-z0-9+]+:\/\/([^/:]+)/i.exec(host);
    if (url) return reading.report(tree, 'expected a host name, found a URL', `write ${url[1]}`);
    const withPort = /^([^:\s]+):(\d+)$/.exec(host);
    if (withPort)
      return reading.report(
        tree,
        `the port stands in a key of its own`,
        `write host: ${withPort[1]} and port: ${withPort[2]}`,
      );
    if (/[\s/:@[\]{}]/.test(host))
      return reading.report(tree, `${quoted(host)} is not a host name`, 'such as pop.example.org');
    return host;
  },
);

export const readEmail: Read<string> = described(
  () => matching('^[^\\s@]+@[^\\s@]+$'),
  (tree, reading) => {
    const email = readText(tree, reading);
    if (email === undefined || /^[^\s@]+@[^\s@]+$/.test(email)) return email;
    return reading.report(
      tree,
      `${quoted(email)} is not an e-mail address`,
      'such as joe@example.org',
    );
  },
);

// Nothing but digits is a number to YAML.
const fingerprintSchema = anyOf(
  matching('^(?:[sS][hH][aA]-?256(?: [fF]ingerprint)?[:=])?(?:[0-9a-fA-F]{2}[:\\s]?){32}$'),
  { type: 'number' },
);

/** SHA-256 of a certificate, as openssl or a browser prints it; gives lower-case hex without colons. */
export const readFingerprint: Read<string> = described(
  () => fingerprintSchema,
  (tree, reading) => {
    // Nothing but digits is a number to YAML; how it is written is what counts.
    const text = tree.kind === 'number' ? tree.source : readText(tree, reading);
    if (text === undefined) return undefined;
    const hex = text
      .replace(/^sha-?256(?: fingerprint)?[:=]/i, '')
      .replace(/[:\s]/g, '')
      .toLowerCase();
    if (/^[0-9a-f]{64}$/.test(hex)) return hex;
    const command = 'openssl x509 -noout -fingerprint -sha256 prints it';
    if (/^[0-9a-f]{40}$/.test(hex)) return reading.report(tree, 'this is SHA-1', command);
    return reading.report(tree, 'expected 64 hexadecimal digits (SHA-256)', command);
  },
);
