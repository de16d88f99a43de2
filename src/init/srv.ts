/** One answer of the DNS (RFC 2782). */
export interface SrvRecord {
  /** Host name; nothing or a dot where the service is not offered. */
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The server that comes first, by priority and then weight; undefined where none is offered (RFC 6186 §3.4). */
export function bestOf(records: readonly SrvRecord[]): SrvRecord | undefined {
  const offered = records.filter(({ name, port }) => isHostName(name) && port > 0);
  return [...offered].sort(
    (one, other) => one.priority - other.priority || other.weight - one.weight,
  )[0];
}

/**
 * Whether a host belongs to the domain. The DNS can be forged, and a forger has a certificate for a host of their own:
 * any other host needs a person's word (RFC 6186 §6).
 */
export function isWithin(host: string, domain: string): boolean {
  const [name, parent] = [host, domain].map((one) => one.toLowerCase().replace(/\.$/, ''));
  return name === parent || (name?.endsWith(`.${parent}`) ?? false);
}

/** Letters, digits, hyphens and dots: what a look-up says ends up in a file and on a terminal. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.?$/i.test(text);
}
