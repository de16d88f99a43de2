import { Secret } from '../../util/secret.ts';
import type { Draft } from '../draft.ts';
import { type NetrcEntry, netrcPassword } from '../netrc.ts';
import type { Surroundings } from '../plan.ts';
import type { SectionReader } from './section-reader.ts';
import { withUserVars } from './user-vars.ts';

/** The maildrop that a list of seen messages belongs to. */
export interface Maildrop {
  readonly server: string;
  readonly port: number;
  readonly user: string;
  /** Without one getmail fetches all each time, and keeps no list. */
  readonly hasList: boolean;
}

const retrievers: ReadonlyMap<string, { readonly tls: boolean; readonly hasList: boolean }> =
  new Map([
    ['SimplePOP3Retriever', { tls: false, hasList: true }],
    ['SimplePOP3SSLRetriever', { tls: true, hasList: true }],
    ['BrokenUIDLPOP3Retriever', { tls: false, hasList: false }],
    ['BrokenUIDLPOP3SSLRetriever', { tls: true, hasList: false }],
  ]);

/** Server and login. Undefined where it is no POP3 maildrop of one user. */
export function translateRetriever(
  section: SectionReader,
  draft: Draft,
  around: Surroundings & { readonly netrc: readonly NetrcEntry[] | undefined },
): Maildrop | undefined {
  const { type, typeLine } = section;
  const retriever = retrievers.get(type);
  if (retriever === undefined) {
    draft.refuse(typeLine, `${type === '' ? 'no type' : type}: ${whyNot(type)}`);
    return undefined;
  }
  const server = section.needed('server');
  const { port, user } = connection(section, server, retriever.tls, draft, around.netrc);
  login(section, { server, user }, draft, around);
  certificates(section, draft, around);
  if (!retriever.hasList)
    draft.change(
      typeLine,
      `${type}: getmail kept no list; messages are told apart by their headers`,
    );
  section.leaveRest(draft);
  return { server, port, user, hasList: retriever.hasList };
}

function whyNot(type: string): string {
  if (type.includes('IMAP')) return 'only POP3 can be fetched';
  if (type.startsWith('Multidrop')) return 'no maildrop is shared out among several users here';
  return 'no such retriever is known';
}

function connection(
  section: SectionReader,
  server: string,
  isTls: boolean,
  draft: Draft,
  netrc: readonly NetrcEntry[] | undefined,
): { readonly port: number; readonly user: string } {
  draft.take(section.lineOf('server'), 'server', 'host', server);
  const usual = isTls ? 995 : 110;
  const port = section.amount('port') ?? usual;
  if (port !== usual) draft.take(section.lineOf('port'), 'port', 'port', port);
  if (isTls) draft.take(section.typeLine, section.type, 'tls', 'on');
  else draft.unencrypted(section.typeLine, server);
  const noted = netrc?.find(({ machine }) => machine === undefined || machine === server)?.login;
  const user = noted ?? section.needed('username');
  draft.take(section.lineOf('username'), 'username', 'user', user);
  const timeout = section.amount('timeout');
  if (timeout !== undefined)
    draft.take(section.lineOf('timeout'), 'timeout', 'timeout', `${timeout}s`);
  return { port, user };
}

function login(
  section: SectionReader,
  { server, user }: { readonly server: string; readonly user: string },
  draft: Draft,
  around: Surroundings & { readonly netrc: readonly NetrcEntry[] | undefined },
): void {
  if (section.truth('use_apop') === true)
    draft.take(section.lineOf('use_apop'), 'use_apop', 'auth', 'apop');
  if (section.truth('use_xoauth2') === true)
    draft.take(section.lineOf('use_xoauth2'), 'use_xoauth2', 'auth', 'xoauth2');
  const command = section.texts('password_command');
  const literal = around.netrc && netrcPassword(around.netrc, server, user);
  const password = literal ?? section.text('password');
  if (password !== undefined && password !== '')
    draft.password(section.lineOf('password'), new Secret(password));
  else if (command !== undefined && command.length > 0)
    draft.take(section.lineOf('password_command'), 'password_command', 'password', {
      command: command.map((word) => withUserVars(word, around) ?? word),
    });
  else draft.set('password', { prompt: true });
}

const files = [
  ['ca_certs', 'tlsCa'],
  ['certfile', 'tlsCert'],
  ['keyfile', 'tlsKey'],
] as const;

function certificates(section: SectionReader, draft: Draft, around: Surroundings): void {
  for (const [name, key] of files) {
    const path = section.text(name);
    if (path !== undefined)
      draft.take(section.lineOf(name), name, key, withUserVars(path, around) ?? path);
  }
  const [fingerprint, ...others] = section.texts('ssl_fingerprints') ?? [];
  if (fingerprint !== undefined)
    draft.take(
      section.lineOf('ssl_fingerprints'),
      'ssl_fingerprints',
      'tlsFingerprint',
      fingerprint,
    );
  if (others.length > 0)
    draft.leave(
      section.lineOf('ssl_fingerprints'),
      'ssl_fingerprints: the first one counts, no other',
    );
  const isChecked = fingerprint !== undefined || section.text('ca_certs') !== undefined;
  if (section.type.includes('SSL') && !isChecked)
    draft.change(section.typeLine, "the server's certificate is checked from now on");
  for (const name of ['ssl_version', 'ssl_ciphers', 'ssl_cert_hostname'])
    if (section.option(name) !== undefined)
      draft.leave(section.lineOf(name), `${name}: tlsMin and tlsFingerprint are what there is`);
}
