import type { AccountConfig } from '../config/config.ts';
import { isLoopbackAddress } from '../util/loopback.ts';

/**
 * The server whose sessions `perHost` counts. The ports of this computer lead to tunnels and proxies: to different
 * servers, each with a limit of its own.
 */
export function serverKey({ host, port }: Pick<AccountConfig, 'host' | 'port'>): string {
  const isHere = host === 'localhost' || isLoopbackAddress(host);
  return isHere ? `${host}:${port}` : host.toLowerCase();
}
