import type { TLSSocket } from 'node:tls';

/**
 * What only the two ends of this TLS session know, by its name in the register of channel bindings: `tls-exporter` (RFC
 * 9266) with TLS 1.3, `tls-unique` (RFC 5929 §3) before. Undefined where there is nothing to be had. Ask when it is
 * needed: with TLS 1.2 another handshake changes it. The third in use, `tls-server-end-point`, is left out: a POP3 server
 * has no way to say that it is the one it knows.
 */
export function channelBindingOf(
  secured: TLSSocket,
): { readonly type: string; readonly data: Uint8Array } | undefined {
  if (secured.getProtocol() === 'TLSv1.3') {
    const data = secured.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
    return { type: 'tls-exporter', data };
  }
  // The first Finished of the handshake: ours, unless an earlier session was resumed.
  const data = secured.isSessionReused() ? secured.getPeerFinished() : secured.getFinished();
  return data === undefined ? undefined : { type: 'tls-unique', data };
}
