import {
  authMethods,
  type DestinationSettings,
  type PasswordSource,
  type ProxySettings,
} from './config.ts';
import { readAddress, readProxy, readTlsVersion } from './connection-values.ts';
import { readDeliver } from './deliver.ts';
import { type OAuthValue, readOAuth } from './oauth.ts';
import { readPassword } from './password.ts';
import { readPath, type WrittenPath } from './paths.ts';
import { type PollingValues, pollingKeys, readInterval } from './polling-keys.ts';
import { readDuration } from './quantities.ts';
import type { Read } from './reading.ts';
import { readEmail, readFingerprint, readHost } from './server-values.ts';
import { readBoolean, readChoice, readInteger, readText } from './values.ts';

/**
 * One key of the configuration. Parsing, the hints for misspelled keys and, in time, help, man page and JSON Schema
 * all come from the tables below.
 */
export interface Key<T> {
  /** Checks the value and gives it in the form the program works with. */
  readonly read: Read<T>;
  /** The default as one would write it; undefined where there is none. */
  readonly default: string | undefined;
  /** The default where it follows from other keys, in words. */
  readonly defaultRule?: string;
  /** One line. */
  readonly doc: string;
  /** A value as one would write it. */
  readonly example: string;
  /** What users of other programs may write instead. */
  readonly mistakenFor?: readonly string[];
}

export type Keys<Values> = { readonly [Name in keyof Values]-?: Key<Values[Name]> };

/** What the keys of an account hold. */
export interface AccountValues extends PollingValues {
  readonly email: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'on' | 'starttls' | 'off';
  readonly tlsCa: WrittenPath;
  readonly tlsFingerprint: string;
  readonly tlsCert: WrittenPath;
  readonly tlsKey: WrittenPath;
  readonly tlsMin: '1.2' | '1.3';
  readonly insecure: boolean;
  readonly user: string;
  readonly password: PasswordSource;
  readonly oauth: OAuthValue;
  readonly auth: (typeof authMethods)[number] | 'auto';
  readonly proxy: ProxySettings;
  readonly bind: string;
  readonly deliver: DestinationSettings;
  readonly timeout: number;
  readonly pipelining: 'auto' | 'on' | 'off';
  readonly onReject: 'quarantine' | 'keep';
  readonly trace: boolean;
  readonly enabled: boolean;
}

/** Keys of an account, and of `defaults`. */
export const accountKeys: Keys<AccountValues> = {
  ...pollingKeys,
  email: {
    read: readEmail,
    default: undefined,
    doc: 'your address; at a known provider enough to find server and login',
    example: 'joe@example.org',
    mistakenFor: ['mail', 'address'],
  },
  host: {
    read: readHost,
    default: undefined,
    defaultRule: 'what is known for the email',
    doc: 'name or address of the POP3 server',
    example: 'pop.example.org',
    mistakenFor: ['server', 'hostname', 'pop3'],
  },
  port: {
    read: readInteger(1, 65_535),
    default: undefined,
    defaultRule: '995, or 110 with tls: starttls or off',
    doc: 'port of the server',
    example: '995',
  },
  tls: {
    read: readChoice(['on', 'starttls', 'off']),
    default: 'on',
    doc: 'on (TLS from the first octet), starttls (before any password), off',
    example: 'starttls',
    mistakenFor: ['ssl', 'encryption', 'security'],
  },
  tlsCa: {
    read: readPath,
    default: undefined,
    doc: "file with CA certificates (PEM) that replace the system's",
    example: '~/.config/popfetch/ca.pem',
    mistakenFor: ['ca', 'cafile'],
  },
  tlsFingerprint: {
    read: readFingerprint,
    default: undefined,
    doc: "SHA-256 of the server's certificate; replaces CA and name checks",
    example:
      '9f:86:d0:81:88:4c:7d:65:9a:2f:ea:a0:c5:5a:d0:15:a3:bf:4f:1b:2b:0b:82:2c:d1:5d:6c:15:b0:f0:0a:08',
    mistakenFor: ['fingerprint', 'sslfingerprint'],
  },
  tlsCert: {
    read: readPath,
    default: undefined,
    doc: 'file with your own certificate (PEM), for servers that ask for one',
    example: '~/.config/popfetch/joe.pem',
    mistakenFor: ['cert', 'clientcert', 'sslcert', 'tlscertfile'],
  },
  tlsKey: {
    read: readPath,
    default: undefined,
    defaultRule: 'in the file of tlsCert',
    doc: 'file with the key (PEM, no passphrase) of that certificate',
    example: '~/.config/popfetch/joe.key',
    mistakenFor: ['key', 'clientkey', 'sslkey', 'tlskeyfile'],
  },
  tlsMin: {
    read: readTlsVersion,
    default: '1.2',
    doc: 'least version of TLS: 1.2 or 1.3',
    example: '1.3',
    mistakenFor: ['tlsversion', 'sslversion', 'tlsminversion'],
  },
  insecure: {
    read: readBoolean,
    default: 'false',
    doc: 'allows tls: off for a host that is not this computer',
    example: 'true',
  },
  user: {
    read: readText,
    default: undefined,
    defaultRule: 'email, or the part of it that the provider wants',
    doc: 'login name',
    example: 'joe',
    mistakenFor: ['username', 'login'],
  },
  password: {
    read: readPassword,
    default: undefined,
    doc: 'the password, or better where it comes from: a command, a file, a prompt',
    example: '{command: pass show mail/example}',
    mistakenFor: ['pass', 'pw', 'secret', 'passwordeval', 'passwordcommand'],
  },
  oauth: {
    read: readOAuth,
    default: undefined,
    doc: 'access tokens in place of a password: whose, and the id of your client',
    example: '{provider: microsoft, clientId: 11112222-bbbb-3333-cccc-4444dddd5555}',
    mistakenFor: ['oauth2', 'xoauth2', 'token', 'accesstoken', 'clientid'],
  },
  auth: {
    read: readChoice(['auto', ...authMethods]),
    default: 'auto',
    doc: 'how to log in: auto is the strongest way that the server offers',
    example: 'scram-sha-256',
    mistakenFor: ['authentication', 'mechanism', 'sasl', 'authmethod'],
  },
  proxy: {
    read: readProxy,
    default: undefined,
    doc: 'SOCKS5 proxy to go through; with socks5h it looks up the name too',
    example: 'socks5h://127.0.0.1:9050',
    mistakenFor: ['socks', 'socks5', 'socksproxy'],
  },
  bind: {
    read: readAddress,
    default: undefined,
    doc: 'address of this computer to connect from',
    example: '192.0.2.7',
    mistakenFor: ['sourceaddress', 'sourceip', 'localaddress', 'source'],
  },
  deliver: {
    read: readDeliver,
    default: '~/Maildir/',
    doc: 'where new messages go; PATH/ is a Maildir',
    example: '~/Maildir/',
    mistakenFor: ['destination', 'maildir', 'mailbox', 'folder', 'delivery'],
  },
  timeout: {
    read: readDuration('1d'),
    default: '60s',
    doc: 'longest wait for the network',
    example: '2m',
  },
  pipelining: {
    read: readChoice(['auto', 'on', 'off']),
    default: 'auto',
    doc: 'several commands at once: auto where the server offers it',
    example: 'off',
  },
  onReject: {
    read: readChoice(['quarantine', 'keep']),
    default: 'quarantine',
    doc: 'what the destination refuses for good: quarantine, or keep trying',
    example: 'keep',
    mistakenFor: ['quarantine', 'reject', 'onerror'],
  },
  trace: {
    read: readBoolean,
    default: 'true',
    doc: 'adds Received:, Delivered-To: and Return-Path: above each message',
    example: 'false',
    mistakenFor: ['received'],
  },
  enabled: {
    read: readBoolean,
    default: 'true',
    doc: 'false: polled only when named on the command line',
    example: 'false',
    mistakenFor: ['disabled', 'skip'],
  },
};

export interface AlertValues {
  readonly after: number;
  readonly remind: number;
}

export const alertKeys: Keys<AlertValues> = {
  after: {
    read: readInteger(1, 1_000_000),
    default: '3',
    doc: 'failed polls in a row before a temporary failure is announced',
    example: '5',
  },
  remind: {
    read: readDuration('3650d'),
    default: '24h',
    doc: 'time between reminders of a lasting failure',
    example: '12h',
  },
};

export interface TopValues {
  readonly jobs: number;
  readonly perHost: number;
  readonly every: number;
  readonly stateDir: WrittenPath;
  readonly metricsFile: WrittenPath;
}

/** Keys at the top beside `accounts`, `defaults`, `alerts` and `hooks`, which hold keys themselves. */
export const topKeys: Keys<TopValues> = {
  jobs: {
    read: readInteger(1, 1000),
    default: '4',
    doc: 'accounts polled at once',
    example: '8',
  },
  perHost: {
    read: readInteger(1, 1000),
    default: '2',
    doc: 'sessions at once to one host',
    example: '1',
  },
  every: {
    read: readInterval,
    default: '5m',
    doc: 'time between two polls of popfetch run',
    example: '15m',
    mistakenFor: ['interval'],
  },
  stateDir: {
    read: readPath,
    default: undefined,
    defaultRule: '$XDG_STATE_HOME/popfetch, else ~/.local/state/popfetch',
    doc: 'folder for the seen list, status and locks',
    example: '~/.local/state/popfetch',
    mistakenFor: ['statedirectory', 'state'],
  },
  metricsFile: {
    read: readPath,
    default: undefined,
    doc: 'file for figures of all accounts, in the form of Prometheus',
    example: '/var/lib/prometheus/node-exporter/popfetch.prom',
    mistakenFor: ['metrics', 'prometheus', 'textfile'],
  },
};
