import { Failure } from '../errors.ts';
import type { DeviceCode, OAuthClient } from './client.ts';
import type { Token } from './token.ts';

export interface DeviceLoginParts {
  readonly client: OAuthClient;
  /** Shows page and code to the person. */
  readonly show: (code: DeviceCode) => void;
  /** Resolves after so many ms; rejects with the signal's reason. */
  readonly pause: (ms: number) => Promise<void>;
}

/** What a server that says slow_down wants to be added to the interval, in ms (RFC 8628 §3.5). */
const slower = 5000;

/**
 * Gets consent with a code that a person enters on any other device (RFC 8628). Fails with `auth` where it was refused or
 * the code ran out.
 */
export async function deviceLogin({ client, show, pause }: DeviceLoginParts): Promise<Token> {
  const code = await client.requestDeviceCode();
  show(code);
  let { interval } = code;
  for (let left = code.lifetime; left > 0; left -= interval) {
    await pause(interval);
    const outcome = await redeemed(client, code);
    if (typeof outcome === 'object') return outcome;
    // RFC 8628 §3.5: a server that does not answer is asked at longer intervals.
    if (outcome === 'no answer') interval *= 2;
    if (outcome === 'slow down') interval += slower;
  }
  const reason = 'nobody entered the code in time';
  throw new Failure('auth', `no access token: ${reason}`, { reason });
}

async function redeemed(
  client: OAuthClient,
  code: DeviceCode,
): Promise<Token | 'pending' | 'slow down' | 'no answer'> {
  try {
    return await client.redeemDeviceCode(code);
  } catch (thrown) {
    const mayMend = thrown instanceof Failure && thrown.nature.temporary;
    if (!mayMend || thrown.code === 'interrupted') throw thrown;
    return 'no answer';
  }
}
