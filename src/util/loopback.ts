import { isIPv4, isIPv6 } from 'node:net';

/** Whether an IP address stays on this machine (127.0.0.0/8, ::1, also as ::ffff:127.x). Names never count. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const bare = address.toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, '');
  return isIPv4(bare) ? bare.startsWith('127.') : isIPv6(bare) && bare === '::1';
}
