import type { OAuthProviderName } from '../providers/oauth.ts';
import type { Secret } from '../util/secret.ts';
import type { AtMost, Keep } from './retention-values.ts';

/** Where a password comes from; asked only when the account is polled. */
export type PasswordSource =
  | { readonly kind: 'literal'; readonly secret: Secret }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'shell'; readonly line: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'credential'; readonly name: string }
  | { readonly kind: 'env'; readonly variable: string }
  | { readonly kind: 'prompt' };

/** Where access tokens come from (OAuth 2). */
export interface OAuthSettings {
  readonly server:
    | { readonly kind: 'provider'; readonly name: OAuthProviderName; readonly tenant: string }
    | { readonly kind: 'issuer'; readonly url: string };
  readonly clientId: string;
  readonly clientSecret: PasswordSource | undefined;
  /** Separated by spaces; empty: what the server gives. */
  readonly scope: string;
}

export interface TlsSettings {
  /** File with PEM certificates that replace the system's. */
  readonly ca: string | undefined;
  /** SHA-256 of the server's certificate, lower-case hex; replaces CA and name checks. */
  readonly fingerprint: string | undefined;
  /** PEM files of our own certificate and its key; the same one where they stand together. */
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
  /** Least version. */
  readonly least: '1.2' | '1.3';
}

/** Ways to log in that may be named. */
export const authMethods = [
  'user',
  'apop',
  'plain',
  'login',
  'cram-md5',
  'scram-sha-1',
  'scram-sha-256',
  'xoauth2',
  'oauthbearer',
  'external',
] as const;

/** A SOCKS5 proxy. */
export interface ProxySettings {
  readonly host: string;
  readonly port: number;
  /** Who looks up the server's name: the proxy or we. */
  readonly resolves: 'there' | 'here';
  readonly login: { readonly user: string; readonly password: Secret } | undefined;
}

/** One account, validated, defaults filled in, paths absolute. */
export interface AccountConfig {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'on' | 'starttls' | 'off';
  readonly tlsSettings: TlsSettings;
  /** The user allowed the password to cross a network in the clear. */
  readonly insecure: boolean;
  readonly user: string;
  /** Whose mail it is, where that was said. */
  readonly email: string | undefined;
  /** Undefined with `auth: external` and with `oauth`, which need none. */
  readonly password: PasswordSource | undefined;
  readonly oauth: OAuthSettings | undefined;
  readonly auth: (typeof authMethods)[number] | 'auto';
  readonly proxy: ProxySettings | undefined;
  /** Address of this computer to connect from. */
  readonly bind: string | undefined;
  readonly deliver: DestinationSettings;
  readonly keep: Keep;
  readonly atMost: AtMost | undefined;
  /** ms between two polls of the scheduler. */
  readonly every: number;
  /** On first contact: fetch all that is there, or mark it as seen and fetch only what comes later. */
  readonly first: 'all' | 'new';
  /** Which of the new messages come first. */
  readonly order: 'oldest' | 'newest' | 'smallest';
  /** ms for each network wait. */
  readonly timeout: number;
  readonly pipelining: 'auto' | 'on' | 'off';
  /** What the destination refuses for good: put aside after a few polls, or tried again each time. */
  readonly onReject: 'quarantine' | 'keep';
  readonly trace: boolean;
  /** Octets; larger messages are left on the server and named. */
  readonly maxSize: number | undefined;
  /** Messages per run. */
  readonly limit: number | undefined;
  /** Octets per run. */
  readonly maxBytes: number | undefined;
  readonly enabled: boolean;
}

/** Where messages go: one destination, or several of which all must accept. `label` is how people call it. */
export type DestinationSettings =
  | SingleDestination
  | {
      readonly kind: 'several';
      readonly label: string;
      readonly parts: readonly SingleDestination[];
    };

/** Which kind of destination, and its settings. */
export type SingleDestination =
  | { readonly kind: 'maildir'; readonly path: string; readonly label: string }
  | { readonly kind: 'mbox'; readonly path: string; readonly label: string }
  | PipeDestination
  | MailServerDestination;

export interface PipeDestination {
  readonly kind: 'pipe';
  readonly label: string;
  /** Words, or a line for the shell. */
  readonly command: { readonly argv: readonly string[] } | { readonly line: string };
  /** ms that the command may take for one message. */
  readonly timeout: number;
  /** Commands at once. */
  readonly concurrency: number;
  /** What becomes of a message of which nobody can know whether the command took it. */
  readonly ifUnsure: 'redeliver' | 'hold';
}

/** A TCP port, or a socket in the file system. */
export type MailServerAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

export interface MailServerDestination {
  readonly kind: 'lmtp' | 'smtp';
  readonly label: string;
  readonly address: MailServerAddress;
  /** Recipients; at least one. */
  readonly to: readonly string[];
  /** on: from the first octet. starttls: demanded. auto: where it is offered. */
  readonly tls: 'on' | 'starttls' | 'auto';
  /** File with PEM certificates that replace the system's. */
  readonly tlsCa: string | undefined;
  readonly login: { readonly user: string; readonly password: PasswordSource } | undefined;
}

export interface Config {
  /** Where it was read from, for messages. */
  readonly path: string;
  readonly accounts: readonly AccountConfig[];
  /** Accounts at once. */
  readonly jobs: number;
  /** Sessions at once to one host. */
  readonly perHost: number;
  readonly stateDir: string | undefined;
  readonly alerts: { readonly after: number; readonly remind: number };
  readonly hooks: HookSettings;
  /** File for the figures of all accounts, for Prometheus. */
  readonly metricsFile: string | undefined;
}

/** Programs and their arguments, without a shell; the account's placeholders in them are not filled in yet. */
export interface HookSettings {
  readonly newMail: readonly string[] | undefined;
  readonly failure: readonly string[] | undefined;
  readonly recovered: readonly string[] | undefined;
  /** ms. */
  readonly timeout: number;
}
