import { isIP, isIPv4, isIPv6 } from 'node:net';

/** Whether an IP address stays on this machine (127.0.0.0/8, ::1, also as ::ffff:127.x). Names never count. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const bare = address.toLowerCase().replace(/^::ffff:(?=[\d.]+$)/, '');
  return isIPv4(bare) ? bare.startsWith('127.') : isIPv6(bare) && bare === '::1';
}

/** Whether a host is this computer: only there may a password travel unencrypted without being asked for. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}
