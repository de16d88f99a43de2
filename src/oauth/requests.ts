import * as oauth from 'oauth4webapi';
import type { WayThere } from './settings.ts';
import { exchange } from './transport.ts';

export type RequestOptions = ReturnType<typeof requestOptions>;

/** How the library speaks to servers, for all its requests; the transport refuses what is not private. */
export function requestOptions(way: WayThere, signal: AbortSignal) {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (
      address: string,
      message: { method: string; headers: Record<string, string>; body?: unknown },
    ): Promise<Response> => {
      const { method, headers, body } = message;
      const text = body instanceof URLSearchParams ? body.toString() : undefined;
      return withoutIdentity(await exchange(address, { method, headers, body: text }, way, signal));
    },
  };
}

/**
 * Nobody asks who it is: an identity token, which a wrong clock or one of Microsoft's tenants would make invalid, is left
 * out.
 */
async function withoutIdentity(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const { status, headers } = response;
  const text = await response.text();
  return new Response(hiddenIdentity(text), { status, headers });
}

function hiddenIdentity(text: string): string {
  try {
    const { id_token: _, ...others }: Record<string, unknown> = JSON.parse(text);
    return JSON.stringify(others);
  } catch {
    // The library says what is wrong with it.
    return text;
  }
}
