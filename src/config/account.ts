import type { AccountConfig } from './config.ts';
import { type AccountValues, accountKeys } from './keys.ts';
import type { Placeholders } from './reading.ts';
import { isLoopback } from './server-values.ts';
import { Settings, type Surroundings } from './settings.ts';
import type { Entry, Mistake, Span, Tree } from './tree.ts';

/** One account with the defaults below it; undefined when something in it was reported. */
export function readAccount(
  entry: Entry,
  defaults: Tree | undefined,
  home: string,
  mistakes: Mistake[],
): AccountConfig | undefined {
  const settings = new Settings<AccountValues>(accountKeys, [entry.value, defaults]);
  const found: Mistake[] = [];
  const account = assembled(entry, settings, home, found);
  mistakes.push(...found);
  return found.length === 0 ? account : undefined;
}

function assembled(
  entry: Entry,
  settings: Settings<AccountValues>,
  home: string,
  mistakes: Mistake[],
): AccountConfig | undefined {
  const report = reporter(mistakes);
  const login = readLogin(entry, settings, home, mistakes);
  const rest = { home, placeholders: login.placeholders, mistakes };
  const tls = settings.read('tls', rest);
  const insecure = settings.read('insecure', rest);
  const ca = settings.read('tlsCa', rest);
  const fingerprint = settings.read('tlsFingerprint', rest);
  const account = {
    name: entry.key,
    host: login.host,
    port: settings.read('port', rest) ?? (tls === 'on' ? 995 : 110),
    tls,
    tlsSettings: { ca: ca?.absolute, fingerprint },
    user: login.user,
    password: settings.read('password', rest),
    deliver: settings.read('deliver', rest),
    keep: settings.read('keep', rest),
    timeout: settings.read('timeout', rest),
    pipelining: settings.read('pipelining', rest),
    trace: settings.read('trace', rest),
    maxSize: settings.read('maxSize', rest),
    limit: settings.read('limit', rest),
    enabled: settings.read('enabled', rest),
  };
  if (settings.entry('password') === undefined)
    report(
      entry.keySpan,
      `account ${entry.key} has no password`,
      'add password: {command: ...}, {file: ...} or {prompt: true}',
    );
  if (tls === 'off') reportUnencrypted(settings, login.host, insecure === true, report);
  return isComplete(account) ? account : undefined;
}

interface Login {
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly placeholders: Placeholders;
}

function readLogin(
  entry: Entry,
  settings: Settings<AccountValues>,
  home: string,
  mistakes: Mistake[],
): Login {
  const report = reporter(mistakes);
  const surroundings: Surroundings = { home, placeholders: { account: entry.key }, mistakes };
  const email = settings.read('email', surroundings);
  const host = settings.read('host', surroundings);
  const user = settings.read('user', surroundings) ?? email;
  const [hostEntry, userEntry, emailEntry] = (['host', 'user', 'email'] as const).map((name) =>
    settings.entry(name),
  );
  if (hostEntry === undefined)
    report(
      emailEntry?.value ?? entry.keySpan,
      `account ${entry.key} has no host`,
      'add host: the name of the POP3 server',
    );
  if (userEntry === undefined && emailEntry === undefined)
    report(entry.keySpan, `account ${entry.key} has no user`, 'add user: the login name');
  const placeholders = {
    account: entry.key,
    ...(email === undefined ? {} : { email }),
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
  };
  return { host, user, placeholders };
}

type ReportAt = (span: Span, message: string, hint: string) => void;

function reporter(mistakes: Mistake[]): ReportAt {
  return (span, message, hint) => {
    mistakes.push({ span, message, hint });
  };
}

function reportUnencrypted(
  settings: Settings<AccountValues>,
  host: string | undefined,
  insecure: boolean,
  report: ReportAt,
): void {
  const tls = settings.entry('tls');
  if (tls === undefined) return;
  if (host !== undefined && !insecure && !isLoopback(host))
    report(
      tls.value,
      `tls: off would send mail and password unencrypted to ${host}`,
      'write on or starttls, or add insecure: true',
    );
  for (const name of ['tlsCa', 'tlsFingerprint'] as const) {
    const entry = settings.entry(name);
    if (entry !== undefined)
      report(entry.keySpan, `${name} without TLS checks nothing`, 'write tls: on or starttls');
  }
}

type Draft = {
  readonly [Name in keyof AccountConfig]: AccountConfig[Name] | undefined;
};

/** What may be undefined is told by the keys without default; everything else is there unless it was reported. */
function isComplete(draft: Draft): draft is AccountConfig {
  const optional: ReadonlySet<string> = new Set<keyof AccountConfig>(['maxSize', 'limit']);
  return Object.entries(draft).every(([name, value]) => value !== undefined || optional.has(name));
}
