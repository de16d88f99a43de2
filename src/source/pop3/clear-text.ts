import { Failure } from '../../errors.ts';
import { isLoopbackAddress } from '../../util/loopback.ts';
import type { Privacy } from './login-method.ts';
import type { Pop3Settings } from './settings.ts';

/**
 * Who can read the line. No password crosses a network in the clear: the configuration refuses this too; here it is
 * known where the connection really went, whatever the host is called. Behind a proxy that is not known.
 */
export function privacyOf(settings: Pop3Settings, address: string | undefined): Privacy {
  const { tls, insecure, host, port, proxy } = settings;
  if (tls !== 'off') return 'encrypted';
  if (proxy === undefined && isLoopbackAddress(address)) return 'local';
  if (insecure === true) return 'open';
  const reason = 'without TLS the password would cross the network in the clear';
  const hint = 'Set tls: on or tls: starttls.';
  throw new Failure('auth_method', reason, { phase: 'auth', host, port, reason, hint });
}
