import { Failure } from '../../errors.ts';
import { isLoopbackAddress } from '../../net/loopback.ts';
import type { Pop3Settings } from './settings.ts';

/**
 * No password crosses a network in the clear. The configuration refuses this too; here it is known where the
 * connection really went, whatever the host is called.
 */
export function refuseClearText(settings: Pop3Settings, address: string | undefined): void {
  const { tls, insecure, host, port } = settings;
  if (tls !== 'off' || insecure === true || isLoopbackAddress(address)) return;
  const reason = 'without TLS the password would cross the network in the clear';
  const hint = 'Set tls: on or tls: starttls.';
  throw new Failure('auth_method', reason, { phase: 'auth', host, port, reason, hint });
}
