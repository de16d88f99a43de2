import * as oauth from 'oauth4webapi';
import { Secret } from '../util/secret.ts';
import { codeOfRefusal, refusalOf } from './refusal.ts';
import { type RequestOptions, requestOptions } from './requests.ts';
import {
  authenticationFor,
  checkedPage,
  consentExtras,
  consentPage,
  hostOf,
  serverOf,
} from './server.ts';
import type { TokenSettings, WayThere } from './settings.ts';
import type { Token } from './token.ts';

export interface ClientParts {
  readonly settings: TokenSettings;
  readonly way: WayThere;
  /** ms since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** What a person needs to give consent on another device (RFC 8628 §3.2). */
export interface DeviceCode {
  readonly secret: Secret;
  readonly userCode: string;
  readonly page: string;
  /** ms that the code is good for, and between two questions. */
  readonly lifetime: number;
  readonly interval: number;
}

/** What a browser is sent off with, and what its return is checked against. */
export interface ConsentRequest {
  readonly page: string;
  readonly redirect: string;
  readonly state: string;
  readonly verifier: Secret;
}

/**
 * This client at its authorization server (RFC 6749), by the library: each method is one request. Fails with `auth` where
 * the server refuses for good, `secret_unavailable` where it answers with something else, and as a line does. This is the
 * module to load late: it brings the library.
 */
export class OAuthClient {
  readonly #parts: ClientParts;
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;

  /** Asks the issuer where its endpoints are, unless they are known. */
  static async open(parts: ClientParts): Promise<OAuthClient> {
    const { settings, way, signal } = parts;
    const secret = await settings.clientSecret?.();
    const server = await serverOf(settings.server, requestOptions(way, signal));
    return new OAuthClient(parts, server, authenticationFor(server, secret));
  }

  private constructor(
    parts: ClientParts,
    server: oauth.AuthorizationServer,
    authentication: oauth.ClientAuth,
  ) {
    this.#parts = parts;
    this.#server = server;
    this.#client = { client_id: parts.settings.clientId };
    this.#authentication = authentication;
  }

  get hasDeviceCodes(): boolean {
    return this.#server.device_authorization_endpoint !== undefined;
  }

  /** Throws `auth` where the consent was withdrawn. The server may have made the old refresh token invalid. */
  async refresh(refresh: Secret): Promise<Token> {
    const token = await this.#token(async (options) => {
      const response = await oauth.refreshTokenGrantRequest(
        this.#server,
        this.#client,
        this.#authentication,
        refresh.reveal(),
        options,
      );
      return oauth.processRefreshTokenResponse(this.#server, this.#client, response);
    });
    // RFC 6749 §6: without a new one the old one goes on.
    return { ...token, refresh: token.refresh ?? refresh };
  }

  async requestDeviceCode(): Promise<DeviceCode> {
    const { scope } = this.#parts.settings;
    const said = await this.#call(async (options) => {
      const parameters = { ...(scope !== '' && { scope }) };
      const response = await oauth.deviceAuthorizationRequest(
        this.#server,
        this.#client,
        this.#authentication,
        parameters,
        options,
      );
      return oauth.processDeviceAuthorizationResponse(this.#server, this.#client, response);
    });
    return {
      secret: new Secret(said.device_code),
      userCode: said.user_code,
      page: checkedPage(said.verification_uri),
      lifetime: said.expires_in * 1000,
      // RFC 8628 §3.2: 5 seconds where the server does not say.
      interval: (said.interval ?? 5) * 1000,
    };
  }

  /** The token, once somebody has consented; until then what the server says of waiting. */
  async redeemDeviceCode({ secret }: DeviceCode): Promise<Token | 'pending' | 'slow down'> {
    const obtainedAt = this.#parts.now();
    return this.#call(async (options) => {
      const response = await oauth.deviceCodeGrantRequest(
        this.#server,
        this.#client,
        this.#authentication,
        secret.reveal(),
        options,
      );
      try {
        const answer = await oauth.processDeviceCodeResponse(this.#server, this.#client, response);
        return tokenFrom(answer, obtainedAt);
      } catch (error) {
        const code = codeOfRefusal(error);
        if (code === 'authorization_pending') return 'pending';
        if (code === 'slow_down') return 'slow down';
        throw error;
      }
    });
  }

  /** The page that asks for consent and leads back to `redirect`, with PKCE (RFC 7636, S256) and a state. */
  async consentRequest(redirect: string): Promise<ConsentRequest> {
    const { clientId, scope, server } = this.#parts.settings;
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const page = consentPage(this.#server);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirect,
      ...(scope !== '' && { scope }),
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...consentExtras(server, scope),
    };
    for (const [name, value] of Object.entries(parameters)) page.searchParams.set(name, value);
    return { page: page.href, redirect, state, verifier: new Secret(verifier) };
  }

  /** Takes what the browser came back with. Throws `auth` where that is a refusal. */
  async redeemCode(request: ConsentRequest, came: URLSearchParams): Promise<Token> {
    return this.#token(async (options) => {
      const { state, redirect, verifier } = request;
      const parameters = oauth.validateAuthResponse(this.#server, this.#client, came, state);
      const response = await oauth.authorizationCodeGrantRequest(
        this.#server,
        this.#client,
        this.#authentication,
        parameters,
        redirect,
        verifier.reveal(),
        options,
      );
      return oauth.processAuthorizationCodeResponse(this.#server, this.#client, response);
    });
  }

  /** Takes the consent back (RFC 7009); false where the server has no such thing. */
  async revoke({ refresh, access }: Token): Promise<boolean> {
    if (this.#server.revocation_endpoint === undefined) return false;
    await this.#call(async (options) => {
      const response = await oauth.revocationRequest(
        this.#server,
        this.#client,
        this.#authentication,
        (refresh ?? access).reveal(),
        options,
      );
      await oauth.processRevocationResponse(response);
    });
    return true;
  }

  async #token(
    request: (options: RequestOptions) => Promise<oauth.TokenEndpointResponse>,
  ): Promise<Token> {
    // Before it is asked for: its life begins no later.
    const obtainedAt = this.#parts.now();
    return tokenFrom(await this.#call(request), obtainedAt);
  }

  async #call<T>(request: (options: RequestOptions) => Promise<T>): Promise<T> {
    const { way, signal } = this.#parts;
    try {
      return await request(requestOptions(way, signal));
    } catch (error) {
      throw refusalOf(error, hostOf(this.#server));
    }
  }
}

function tokenFrom(
  { access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse,
  obtainedAt: number,
): Token {
  return {
    access: new Secret(access_token),
    refresh: refresh_token === undefined ? undefined : new Secret(refresh_token),
    obtainedAt,
    expiresAt: expires_in === undefined ? undefined : obtainedAt + expires_in * 1000,
  };
}
