import {
  anyTenant,
  type OAuthProviderName,
  oauthProvider,
  oauthProviderNames,
  oauthProviderOf,
} from '../providers/oauth.ts';
import { isLoopback } from '../util/loopback.ts';
import type { OAuthSettings, PasswordSource } from './config.ts';
import { described, type JsonSchema, mapOf, schemaOf } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { readPassword } from './password.ts';
import type { Read, Reading } from './reading.ts';
import type { Entry, Tree } from './tree.ts';
import { nameOf, quoted, readChoice, readText } from './values.ts';

/** What `oauth` holds. Where it names neither, the account's server tells the provider. */
export interface OAuthValue {
  readonly provider: OAuthProviderName | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string;
  readonly clientSecret: PasswordSource | undefined;
  readonly tenant: string | undefined;
  readonly scope: string | undefined;
}

const names = ['provider', 'issuer', 'clientId', 'clientSecret', 'tenant', 'scope'] as const;
type Name = (typeof names)[number];

const FORM = 'write oauth: {clientId: ...}, with provider: microsoft or google, or issuer: URL';

/** `{clientId: ID, provider: microsoft}`, `{clientId: ID, issuer: URL, scope: ...}` */
export const readOAuth: Read<OAuthValue> = described(oauthSchema, (tree, reading) => {
  if (tree.kind !== 'map') return reading.report(tree, `expected keys, found ${shape(tree)}`, FORM);
  const unknown = tree.entries.filter(({ key }) => !isName(key));
  for (const { key, keySpan } of unknown) {
    const near = nearest(key, names);
    const hint = near === undefined ? `there are: ${names.join(', ')}` : `did you mean "${near}"?`;
    reading.report(keySpan, `unknown key ${quoted(key)}`, hint);
  }
  return unknown.length > 0 ? undefined : new OAuthReader(tree, tree.entries, reading).read();
});

function oauthSchema(): JsonSchema {
  const text = schemaOf(readText);
  const properties: Readonly<Record<Name, JsonSchema>> = {
    provider: schemaOf(readChoice(oauthProviderNames)),
    issuer: text,
    clientId: text,
    clientSecret: schemaOf(readPassword),
    tenant: text,
    scope: text,
  };
  return mapOf(properties, ['clientId']);
}

class OAuthReader {
  readonly #map: Tree;
  readonly #entries: readonly Entry[];
  readonly #reading: Reading;

  constructor(map: Tree, entries: readonly Entry[], reading: Reading) {
    this.#map = map;
    this.#entries = entries;
    this.#reading = reading;
  }

  read(): OAuthValue | undefined {
    const [provider, issuer] = [this.#entry('provider'), this.#entry('issuer')];
    if (provider !== undefined && issuer !== undefined)
      return this.#report(issuer.keySpan, 'provider and issuer at once', 'keep one');
    if (this.#entry('clientId') === undefined)
      return this.#report(
        this.#map,
        'no clientId',
        'add clientId: the id of your own client at the provider',
      );
    const read = {
      provider: this.#value('provider', readChoice(oauthProviderNames)),
      issuer: this.#value('issuer', readIssuer),
      clientId: this.#value('clientId', readText),
      clientSecret: this.#value('clientSecret', readPassword),
      tenant: this.#value('tenant', readTenant),
      scope: this.#value('scope', readText),
    };
    const { clientId } = read;
    const isComplete = this.#entries.every(({ key }) => isName(key) && read[key] !== undefined);
    return isComplete && clientId !== undefined ? { ...read, clientId } : undefined;
  }

  #value<T>(name: Name, read: Read<T>): T | undefined {
    const entry = this.#entry(name);
    return entry === undefined ? undefined : read(entry.value, this.#reading);
  }

  #entry(name: Name): Entry | undefined {
    return this.#entries.find(({ key }) => key === name);
  }

  #report(...problem: Parameters<Reading['report']>): undefined {
    return this.#reading.report(...problem);
  }
}

/** What the account's server leaves to say; undefined where nobody knows who hands out its tokens. */
export function oauthSettings(value: OAuthValue, host: string): OAuthSettings | undefined {
  const { issuer, clientId, clientSecret, tenant = anyTenant } = value;
  if (issuer !== undefined) {
    // Without a scope it is the server that decides.
    const scope = value.scope ?? '';
    return { server: { kind: 'issuer', url: issuer }, clientId, clientSecret, scope };
  }
  const name = value.provider ?? oauthProviderOf(host);
  if (name === undefined) return undefined;
  const scope = value.scope ?? oauthProvider(name).scope;
  return { server: { kind: 'provider', name, tenant }, clientId, clientSecret, scope };
}

/** RFC 8414 §2: https; http is for tests on this computer. */
const readIssuer: Read<string> = (tree, reading) => {
  const text = readText(tree, reading);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPrivate = url?.protocol === 'https:' || isLocal(url);
  if (url === undefined || !isPrivate || url.search !== '' || url.hash !== '')
    return reading.report(tree, `expected an https URL, found ${nameOf(tree)}`);
  return text;
};

function isLocal(url: URL | undefined): boolean {
  return url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1'));
}

const readTenant: Read<string> = (tree, reading) => {
  const text = readText(tree, reading);
  if (text === undefined || /^[A-Za-z0-9.-]+$/.test(text)) return text;
  return reading.report(tree, `${quoted(text)} is no tenant`, 'a domain, an id, or consumers');
};

function isName(key: string): key is Name {
  return names.some((name) => name === key);
}

/** Never the text itself: somebody may have put a token there. */
function shape(tree: Tree): string {
  return tree.kind === 'text' ? 'text' : nameOf(tree);
}
