import path from 'node:path';
import { Secret } from '../../util/secret.ts';
import { type Draft, octets } from '../draft.ts';
import { fromHome } from '../files.ts';
import type { Setting } from '../plan.ts';
import { submits, withSender } from '../sender.ts';
import type { ConfigLine } from './config.ts';
import { durationIn, isOn, octetsIn } from './values.ts';

interface Where {
  readonly home: string;
  /** Every line of the account. */
  readonly values: ReadonlyMap<string, ConfigLine>;
}

type Translate = (line: ConfigLine, draft: Draft, where: Where) => void;

/** Puts what an account's lines say into the draft, and why that of others is not. */
export function translate(draft: Draft, where: Where): void {
  for (const [word, line] of where.values) {
    const known = translations.get(word);
    if (known === undefined)
      draft.leave(line.line, `${word}: ${reasons.get(word) ?? 'not needed'}`);
    else known(line, draft, where);
  }
  if (!where.values.has('tls')) encrypt(undefined, draft, where);
  if (!draft.has('keep')) draft.set('keep', false);
}

const asText =
  (key: string): Translate =>
  ({ word, argument, line }, draft) => {
    if (argument === '') draft.leave(line, `${word}: empty`);
    else draft.take(line, word, key, argument);
  };

const asFile =
  (key: string, usual?: string): Translate =>
  ({ word, argument, line }, draft, { home }) => {
    if (argument === '' || argument === usual) draft.follow(line, `${word}: as it is here`);
    else draft.take(line, word, key, path.resolve(home, fromHome(argument, home)));
  };

const translations: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ['host', asText('host')],
  ['user', asText('user')],
  ['source_ip', asText('bind')],
  ['port', asNumber('port')],
  ['timeout', inSeconds],
  ['pipelining', asText('pipelining')],
  [
    'received_header',
    ({ word, argument, line }, draft) => draft.take(line, word, 'trace', isOn(argument)),
  ],
  ['delivery', deliver],
  [
    'uidls_file',
    ({ word, line }, draft) => draft.follow(line, `${word}: the seen list is read from there`),
  ],
  ['auth', authenticate],
  ['password', password],
  ['passwordeval', passwordFromCommand],
  ['tls', encrypt],
  ['tls_starttls', ({ word, line }, draft) => draft.follow(line, `${word}: part of tls`)],
  ['tls_trust_file', asFile('tlsCa', 'system')],
  ['tls_cert_file', asFile('tlsCert')],
  ['tls_key_file', asFile('tlsKey')],
  ['tls_fingerprint', fingerprint],
  ['tls_certcheck', checkCertificate],
  ['only_new', onlyNew],
  ['keep', keep],
  ['skipsize', skipLarge],
  ['proxy_host', proxy],
  ['proxy_port', ({ word, line }, draft) => draft.follow(line, `${word}: part of proxy`)],
  [
    'socket',
    ({ word, line }, draft) =>
      draft.refuse(line, `${word}: no servers at sockets of the file system`),
  ],
]);

/** Why a line is not taken over. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ntlmdomain', 'no NTLM'],
  ['tls_crl_file', 'no revocation lists'],
  ['tls_priorities', 'tlsMin sets the least version of TLS'],
  ['tls_min_dh_prime_bits', 'Node.js decides'],
  ['tls_host_override', 'the name must be the host; or set tlsFingerprint'],
  ['killsize', 'nothing is deleted that was not delivered; see maxSize'],
  ['filter', 'no filter before the mail is fetched: all of it comes'],
]);

function asNumber(key: string): Translate {
  return ({ word, argument, line }, draft) => {
    const number = Number(argument);
    if (number > 0 && number <= 65_535) draft.take(line, word, key, number);
    else draft.leave(line, `${word}: no port`);
  };
}

function inSeconds({ word, argument, line }: ConfigLine, draft: Draft): void {
  const isNumber = /^[1-9]\d{0,8}$/.test(argument);
  if (isNumber) draft.take(line, word, 'timeout', `${argument}s`);
  else draft.leave(line, `${word}: there is always one`);
}

function deliver({ argument, line }: ConfigLine, draft: Draft, { home }: Where): void {
  const [, method = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(argument) ?? [];
  const target = /^"(.*)"$/.exec(rest)?.[1] ?? rest;
  const file = path.resolve(home, fromHome(target, home));
  const take = (value: Setting) => draft.take(line, `delivery ${method}`, 'deliver', value);
  if (target === '') draft.refuse(line, 'delivery without a place');
  else if (method === 'maildir') take({ maildir: file });
  else if (method === 'mbox') take({ mbox: file });
  else if (method === 'mda') {
    take({ pipe: withSender(target) });
    if (submits(target)) draft.set('trace', false);
  } else draft.refuse(line, `delivery ${method}: no such destination`);
}

function authenticate({ argument, line }: ConfigLine, draft: Draft): void {
  const method = argument.toLowerCase();
  const plain = method.replace(/^(scram-sha-(?:1|256))-plus$/, '$1');
  if (isOn(method)) draft.follow(line, 'auth: auto');
  else if (methods.has(plain)) draft.take(line, 'auth', 'auth', plain);
  else draft.leave(line, `auth ${argument}: not known here; auth: auto`);
}

const methods: ReadonlySet<string> = new Set(
  'user apop plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer external'.split(
    ' ',
  ),
);

function password({ argument, line, printedBy }: ConfigLine, draft: Draft): void {
  if (argument === '') return;
  if (printedBy === undefined) {
    draft.password(line, new Secret(argument));
    return;
  }
  // What it prints is a line of the configuration.
  const strip = String.raw`sed -n '1{s/^[[:space:]]*password[[:space:]]*//;s/^"\(.*\)"$/\1/;p;}'`;
  draft.change(line, 'eval: password: {command: ...}', {
    password: { command: `${printedBy} | ${strip}` },
  });
}

function passwordFromCommand(
  { word, argument, line }: ConfigLine,
  draft: Draft,
  { values }: Where,
): void {
  const isUsed = argument !== '' && (values.get('password')?.argument ?? '') === '';
  if (isUsed) draft.take(line, word, 'password', { command: argument });
  else draft.leave(line, `${word}: not used`);
}

/** Without a word on it mpop does not encrypt. */
function encrypt(tls: ConfigLine | undefined, draft: Draft, { values }: Where): void {
  const starttls = isOn(values.get('tls_starttls')?.argument ?? 'on');
  const host = values.get('host');
  if (tls !== undefined && isOn(tls.argument))
    draft.take(tls.line, 'tls', 'tls', starttls ? 'starttls' : 'on');
  else if (host !== undefined) draft.unencrypted(tls?.line ?? host.line, host.argument);
}

function fingerprint({ word, argument, line }: ConfigLine, draft: Draft): void {
  const hex = argument.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) draft.take(line, word, 'tlsFingerprint', hex);
  else draft.leave(line, `${word}: not SHA-256; openssl x509 -fingerprint -sha256 prints that`);
}

function checkCertificate({ word, argument, line }: ConfigLine, draft: Draft): void {
  if (isOn(argument)) draft.follow(line, `${word}: certificates are always checked`);
  else draft.change(line, `${word} off: certificates are always checked; or set tlsFingerprint`);
}

function onlyNew({ word, argument, line }: ConfigLine, draft: Draft): void {
  if (isOn(argument)) draft.follow(line, `${word}: what was seen is not fetched again`);
  else draft.change(line, `${word} off: what was seen is not fetched again here`);
}

function keep({ argument, line }: ConfigLine, draft: Draft): void {
  const duration = durationIn(argument);
  if (duration !== undefined) draft.take(line, 'keep', 'keep', duration);
  else if (isOn(argument) || argument === 'off') draft.take(line, 'keep', 'keep', isOn(argument));
  else draft.change(line, `keep ${argument}: not known; keep: true`, { keep: true });
}

function skipLarge({ word, argument, line }: ConfigLine, draft: Draft): void {
  const size = octetsIn(argument);
  if (size !== undefined && size > 0) draft.take(line, word, 'maxSize', octets(size));
  else draft.leave(line, `${word}: no limit`);
}

function proxy({ word, argument, line }: ConfigLine, draft: Draft, { values }: Where): void {
  if (argument === '') return;
  const port = values.get('proxy_port')?.argument || '1080';
  const host = argument.includes(':') ? `[${argument}]` : argument;
  draft.take(line, word, 'proxy', `socks5h://${host}:${port}`);
}
