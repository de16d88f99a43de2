import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AccountConfig } from '../config/config.ts';
import { resolveSecret, type SecretContext } from '../config/secret.ts';
import { type DestinationSurroundings, destinationOf } from '../destination/kinds.ts';
import { withTokens } from '../oauth/source.ts';
import type { PollPolicy } from '../poll/plan.ts';
import type { PollAccount } from '../poll/poll.ts';
import type { Pop3Settings } from '../source/pop3/settings.ts';
import { pop3Source } from '../source/pop3/source.ts';
import type { MailSource } from '../source/source.ts';
import { accountFolder } from '../state/account-folder.ts';
import { isFirstContact, noteContact } from '../state/first-contact.ts';
import { openJournalStore } from '../state/journal-seen-store.ts';
import { wasSetAside } from '../state/known-accounts.ts';
import { userOf } from '../util/environment.ts';
import { destinationSettings } from './destination-settings.ts';
import { type ConfiguredNames, predecessorsOf } from './predecessors.ts';
import { tokensOf } from './tokens.ts';

export interface Composition {
  readonly stateDir: string;
  /** ms to wait for another popfetch that holds the account. */
  readonly wait: number;
  readonly secrets: SecretContext;
  readonly signal: AbortSignal;
  /** Fires when the lock of another, or a password, is not worth waiting for any more; without, `signal` does. */
  readonly stop?: AbortSignal;
  readonly now: () => number;
  /** Tells the user what is no failure; who only looks needs none. */
  readonly notice?: (account: string, text: string) => void;
  /** Whether the clock can be trusted with a message's age; without, none is deleted for it. */
  readonly isClockSure?: boolean;
  /** Only the retention is wanted. */
  readonly onlyPrune?: boolean;
  /** Without, an account that nothing is known of is taken for new. */
  readonly configured?: ConfiguredNames;
  /** What was seen is wanted again, or the seen list is to begin anew where it is lost. */
  readonly again?: 'fetched' | 'begun';
}

/**
 * ms. A first fetch may take hours on a slow line; what it stored by then stays stored. A server that drips an octet at a
 * time must not hold the account, and its lock, for ever.
 */
const longestSession = 6 * 3600 * 1000;

/** The composition root: an account's configuration becomes the parts that a poll works with. */
export function composeAccount(account: AccountConfig, composition: Composition): PollAccount {
  const { name, host, tls, user, email, trace, deliver } = account;
  const { stateDir, wait, secrets, signal, stop = signal, now, configured, again } = composition;
  return {
    name,
    source: sourceOf(account, composition),
    destinationLabel: deliver.label,
    destination: (storeId) =>
      destinationOf(
        destinationSettings(deliver, secrets),
        { account: name, storeId },
        surroundingsOf(name, composition),
      ),
    openStore: (use) =>
      openJournalStore({
        directory: stateDir,
        account: name,
        now,
        wait,
        signal: stop,
        lock: use === 'poll',
        anew: again !== undefined,
      }),
    policy: policyOf(account, composition),
    onReject: account.onReject,
    onFirstContact: () => noteContact(stateDir, name),
    again: again === 'fetched',
    ...(configured !== undefined && {
      firstContact: {
        seenList: join(accountFolder(stateDir, name), 'journal'),
        wasForgotten: () => wasSetAside(stateDir, name),
        predecessors: () => predecessorsOf(name, { stateDir, configured, now }),
      },
    }),
    envelope: {
      account: name,
      host,
      user,
      recipient: email ?? user,
      protocol: tls === 'off' ? 'POP3' : 'POP3S',
      trace,
    },
  };
}

function policyOf(account: AccountConfig, composition: Composition): PollPolicy {
  const { name, keep, atMost, maxSize, limit, maxBytes, order, first } = account;
  const { stateDir, isClockSure = false, onlyPrune = false } = composition;
  const marks = first === 'new' && isFirstContact(stateDir, name);
  const fetch = onlyPrune ? 'nothing' : marks ? 'marked' : 'all';
  return { keep, atMost, isClockSure, maxSize, limit, maxBytes, order, fetch };
}

/** What a destination has of the world; `account` names its folders. */
export function surroundingsOf(
  account: string,
  { stateDir, secrets: { env }, signal, notice }: Composition,
): DestinationSurroundings {
  const folder = accountFolder(stateDir, account);
  return {
    spool: join(folder, 'spool'),
    quarantine: join(folder, 'quarantine'),
    env,
    user: userOf(env),
    hostname: hostname(),
    signal,
    notice: (text) => notice?.(account, text),
  };
}

/** A maildrop to log in to with a password, or with tokens. */
function sourceOf(account: AccountConfig, composition: Composition): MailSource {
  const { oauth, auth, password, name } = account;
  const { secrets, stop = secrets.signal } = composition;
  const settings = serverSettings(account, secrets);
  if (oauth !== undefined)
    return withTokens(tokensOf(account, oauth, composition), (token) =>
      pop3Source({ ...settings, password: token, auth: auth === 'auto' ? 'token' : auth }),
    );
  return pop3Source({
    ...settings,
    auth,
    password: () => {
      if (password === undefined) throw new Error(`account ${name} was taken without a password`);
      return resolveSecret(password, { ...secrets, signal: stop });
    },
  });
}

function serverSettings(
  account: AccountConfig,
  { env }: SecretContext,
): Omit<Pop3Settings, 'password' | 'auth'> {
  const { host, port, tls, tlsSettings, user, timeout, pipelining, insecure, proxy, bind } =
    account;
  const authorities = { systemBundle: env.SSL_CERT_FILE, extra: env.NODE_EXTRA_CA_CERTS };
  return {
    host,
    port,
    tls,
    tlsSettings: { ...tlsSettings, authorities },
    user,
    timeout,
    sessionDeadline: longestSession,
    pipelining,
    insecure,
    proxy,
    bind,
  };
}
