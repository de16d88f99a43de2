import path from 'node:path';
import { isLoopback } from '../../util/loopback.ts';
import type { Note, Settings } from '../plan.ts';
import type { Options } from './options.ts';

/** Some keys of an account, and what became of the lines that they come from. */
export interface Translated {
  readonly settings: Settings;
  readonly notes: readonly Note[];
}

/** Server, port and encryption. `name`: what stands behind `poll`. */
export function connection(options: Options, name: string): Translated {
  const host = options.text('via') ?? name;
  const tls = encryption(options, host);
  const usual = tls.settings.tls === 'on' ? 995 : 110;
  const port = portOf(options);
  return {
    settings: {
      host,
      ...(port !== undefined && port !== usual && { port }),
      ...tls.settings,
      ...certificates(options),
    },
    notes: [
      ...options.note('via', 'taken', `host: ${host}`),
      ...['port', 'service'].flatMap((word) =>
        port === undefined
          ? options.note(word, 'left', 'no port of POP3')
          : options.note(word, 'taken', `port: ${port}`),
      ),
      ...protocol(options),
      ...tls.notes,
      ...certificateNotes(options),
    ],
  };
}

function protocol(options: Options): readonly Note[] {
  const auto = 'POP3 (fetchmail itself tries IMAP first)';
  if (options.get('protocol') === undefined)
    return [options.entryNote('changed', `no protocol: ${auto}`)];
  return options.text('protocol') === 'auto' ? options.note('protocol', 'changed', auto) : [];
}

function portOf(options: Options): number | undefined {
  const [port, service] = [options.get('port'), options.get('service')];
  const later = (port?.line ?? 0) > (service?.line ?? 0) ? port : service;
  const [text = ''] = (later ?? port)?.values ?? [];
  const number = services.get(text) ?? Number(text);
  return number >= 1 && number <= 65_535 ? number : undefined;
}

const services: ReadonlyMap<string, number> = new Map([
  ['pop3', 110],
  ['pop-3', 110],
  ['pop3s', 995],
]);

/** Without `ssl` and `sslproto` fetchmail encrypts where the server offers it; popfetch does, or it does not. */
function encryption(options: Options, host: string): Translated {
  const proto = options.text('sslproto')?.toLowerCase();
  if (options.isOn('ssl')) {
    const notes = [...options.note('ssl', 'taken', 'tls: on'), ...version(options, proto)];
    return { settings: { tls: 'on', ...leastVersion(proto) }, notes };
  }
  if (proto !== undefined && proto !== '')
    return {
      settings: { tls: 'starttls', ...leastVersion(proto) },
      notes: version(options, proto),
    };
  if (isLoopback(host))
    return { settings: { tls: 'off' }, notes: options.note('sslproto', 'taken', 'tls: off') };
  const insists = 'tls: starttls insists on encryption (tls: off and insecure: true do without)';
  const notes =
    proto === ''
      ? options.note('sslproto', 'changed', insists)
      : [options.entryNote('changed', `no ssl: ${insists}`)];
  return { settings: { tls: 'starttls' }, notes };
}

function leastVersion(proto: string | undefined): Settings {
  return proto?.startsWith('tls1.3') === true ? { tlsMin: '1.3' } : {};
}

function version(options: Options, proto: string | undefined): readonly Note[] {
  const isOld = proto !== undefined && /^(?:ssl[23]|tls1(?:\.1)?)\+?$/.test(proto);
  if (isOld) return options.note('sslproto', 'changed', 'TLS 1.2 is the least here');
  const tls = options.isOn('ssl') ? '' : 'tls: starttls';
  return options.note('sslproto', 'taken', proto?.startsWith('tls1.3') ? 'tlsMin: 1.3' : tls);
}

const files = [
  ['sslcertfile', 'tlsCa'],
  ['sslcert', 'tlsCert'],
  ['sslkey', 'tlsKey'],
] as const;

function certificates(options: Options): Settings {
  const named = files.flatMap(([word, key]) => {
    const file = options.text(word);
    return file === undefined ? [] : [[key, besideConfiguration(file, options)] as const];
  });
  return Object.fromEntries(named);
}

function certificateNotes(options: Options): readonly Note[] {
  const sha256 = 'set tlsFingerprint (openssl x509 -fingerprint -sha256)';
  return [
    ...files.flatMap(([word, key]) => options.note(word, 'taken', key)),
    ...options.note('sslcertpath', 'left', 'a folder of certificates; tlsCa takes one file'),
    ...options.note('sslcommonname', 'left', `the name must be the host's; or ${sha256}`),
    ...options.note('sslfingerprint', 'left', `an MD5 sum, which proves nothing; ${sha256}`),
    ...(options.isOn('sslcertck')
      ? options.note('sslcertck', 'taken', 'certificates are always checked')
      : options.note(
          'sslcertck',
          'changed',
          `certificates are always checked; if it has none that holds, ${sha256}`,
        )),
  ];
}

function besideConfiguration(file: string, { file: configuration }: Options): string {
  return file.startsWith('~/') ? file : path.resolve(path.dirname(configuration), file);
}
