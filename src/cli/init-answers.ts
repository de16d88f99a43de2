import { accountName } from '../import/account-name.ts';
import { type FoundServer, findServer } from '../init/find-server.ts';
import { lookupsOutside } from '../init/lookups.ts';
import type { PasswordPlace } from '../init/password-place.ts';
import { byCommand, type Server } from '../init/wizard.ts';
import type { Invocation } from './args.ts';
import type { ConfigurationFile } from './configuration-file.ts';
import { usage } from './usage.ts';
import type { World } from './world.ts';

export type InitInvocation = Extract<Invocation, { command: 'init' }>;

/** What is to be known of an account before anybody logs in. */
export interface Answers {
  readonly email: string | undefined;
  readonly name: string;
  readonly server: Server;
  readonly deliver: string;
  readonly keep: string;
  readonly password: PasswordPlace;
}

export interface InitParts {
  readonly world: World;
  readonly signal: AbortSignal;
  /** A line for the person in front of it. */
  readonly tell: (line: string) => void;
}

/** What the command line says, and what is usual; nobody is asked. Throws a Failure with code `usage`. */
export async function answersGiven(
  invocation: InitInvocation,
  { accounts }: ConfigurationFile,
  parts: InitParts,
): Promise<Answers> {
  const { email, host, user, passwordCommand, deliver = '~/Maildir/', keep = 'true' } = invocation;
  const missing = [
    ...(email === undefined && (host === undefined || user === undefined) ? ['--email'] : []),
    ...(passwordCommand === undefined ? ['--password-command'] : []),
  ];
  if (passwordCommand === undefined || missing.length > 0)
    throw usage(
      `init: nobody can be asked here; missing: ${missing.join(', ')}`,
      'popfetch init --help lists the options; on a terminal it asks',
    );
  const server = await serverGiven(invocation, parts);
  const name = invocation.name ?? suggestedName(email, server, accounts);
  const password = byCommand(passwordCommand);
  return { email, name, server, deliver: fromHome(deliver, parts.world), keep, password };
}

/** Looks for the server of an address, telling of each step. */
export async function found(
  email: string,
  { world, signal, tell }: InitParts,
): Promise<FoundServer | undefined> {
  const { SSL_CERT_FILE: systemBundle, NODE_EXTRA_CA_CERTS: extra } = world.env;
  const announce = (what: string) => tell(`asking ${what} ...`);
  const lookups = lookupsOutside(announce, { systemBundle, extra }, signal);
  const server = await findServer(email, lookups);
  signal.throwIfAborted();
  return server;
}

/** What the account may be called: after the domain, else after the server. */
export function suggestedName(
  email: string | undefined,
  { host }: Pick<Server, 'host'>,
  accounts: ConfigurationFile['accounts'],
): string {
  const labels = (email?.slice(email.lastIndexOf('@') + 1) ?? host).split('.');
  const telling = labels.find((label) => !/^(?:pop3?s?|mail|mx|imap|in|www)\d*$/i.test(label));
  const isAddress = /^[\d.]+$|:/.test(host) && email === undefined;
  return accountName(
    isAddress ? 'mail' : (telling ?? ''),
    new Set(accounts.map(({ name }) => name)),
  );
}

/** The shell has made a path of ~; in the file it may stay what it was. */
export function fromHome(destination: string, { home }: Pick<World, 'home'>): string {
  return home !== '/' && destination.startsWith(`${home}/`)
    ? `~${destination.slice(home.length)}`
    : destination;
}

async function serverGiven(invocation: InitInvocation, parts: InitParts): Promise<Server> {
  const { email, host, port, tls } = invocation;
  const user = invocation.user ?? email;
  if (host !== undefined && user !== undefined) return { host, port, tls: tls ?? 'on', user };
  const server = email === undefined ? undefined : await found(email, parts);
  if (server === undefined)
    throw usage(`init: no POP3 server was found for ${email}`, 'name it: --host pop.example.org');
  if (server.isForeign === true)
    throw usage(
      `init: the DNS names ${server.host}, which is in another domain than ${email}`,
      `answers of the DNS can be forged; if it is right, add --host ${server.host}`,
    );
  return {
    ...server,
    port: port ?? server.port,
    tls: tls ?? server.tls,
    user: invocation.user ?? server.user,
  };
}
