/** What is publicly known of how a provider hands out access tokens for POP3 (OAuth 2). */
export interface OAuthProvider {
  /** As it calls itself. */
  readonly title: string;
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  /** Undefined where there is none that gives access to mail. */
  readonly device: string | undefined;
  readonly revocation: string | undefined;
  readonly scope: string;
  /** Asked for beside the usual when somebody gives consent: without, Google hands out no refresh token. */
  readonly extra: Readonly<Record<string, string>>;
  /** The address to which a browser comes back, with PORT in the place of the port. */
  readonly redirect: string;
  /** Where people see, and take back, what they consented to. */
  readonly consents: string;
}

export const oauthProviderNames = ['microsoft', 'google'] as const;
export type OAuthProviderName = (typeof oauthProviderNames)[number];

/** RFC 8252 §7.3: the address, because a name could lead elsewhere. */
export const loopbackRedirect = 'http://127.0.0.1:PORT/';

/** Whose accounts may log in, where a provider has tenants: any that Microsoft knows. */
export const anyTenant = 'common';

/** The endpoints are written down rather than discovered: a login costs one request less, and none can lead elsewhere. */
export function oauthProvider(name: OAuthProviderName, tenant = anyTenant): OAuthProvider {
  switch (name) {
    case 'microsoft':
      return microsoft(`https://login.microsoftonline.com/${encodeURIComponent(tenant)}`);
    case 'google':
      return google;
    default:
      return name satisfies never;
  }
}

/** The provider that a POP3 server belongs to, by its name; undefined where nothing is known of it. */
export function oauthProviderOf(host: string): OAuthProviderName | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  return oauthProviderNames.find((one) =>
    servers[one].some((domain) => name === domain || name.endsWith(`.${domain}`)),
  );
}

const servers: Readonly<Record<OAuthProviderName, readonly string[]>> = {
  microsoft: ['office365.com', 'outlook.com'],
  google: ['gmail.com', 'googlemail.com'],
};

function microsoft(base: string): OAuthProvider {
  return {
    title: 'Microsoft',
    issuer: `${base}/v2.0`,
    authorization: `${base}/oauth2/v2.0/authorize`,
    token: `${base}/oauth2/v2.0/token`,
    device: `${base}/oauth2/v2.0/devicecode`,
    revocation: undefined,
    scope: 'https://outlook.office.com/POP.AccessAsUser.All offline_access',
    extra: {},
    // QUIRK: the portal takes http://localhost as redirect, and no http://127.0.0.1; it ignores the port of either.
    redirect: 'http://localhost:PORT',
    consents: 'https://myapps.microsoft.com',
  };
}

const google: OAuthProvider = {
  title: 'Google',
  issuer: 'https://accounts.google.com',
  authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  // QUIRK: Google's device codes are for a few scopes only, and mail is none of them.
  device: undefined,
  revocation: 'https://oauth2.googleapis.com/revoke',
  scope: 'https://mail.google.com/',
  extra: { access_type: 'offline', prompt: 'consent' },
  redirect: loopbackRedirect,
  consents: 'https://myaccount.google.com/connections',
};
