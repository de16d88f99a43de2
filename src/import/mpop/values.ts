/** `on`, or nothing: on. */
export function isOn(argument: string): boolean {
  return argument === '' || argument === 'on';
}

/** `5000`, `20k`, `3m` (KiB, MiB) in octets; undefined for `off` and what is none. */
export function octetsIn(argument: string): number | undefined {
  const [, number, unit = ''] = /^(\d+)([km]?)$/i.exec(argument) ?? [];
  return number === undefined ? undefined : Number(number) * (factors.get(unit.toLowerCase()) ?? 1);
}

const factors: ReadonlyMap<string, number> = new Map([
  ['k', 2 ** 10],
  ['m', 2 ** 20],
]);

/**
 * `36h` as popfetch.yaml has it; undefined for what is none, and for units of which it is not certain how long they are: mail
 * must not be deleted too early.
 */
export function durationIn(argument: string): string | undefined {
  const [, number, unit] = /^([1-9]\d{0,5})([hdw])$/.exec(argument) ?? [];
  if (number === undefined) return undefined;
  return unit === 'w' ? `${Number(number) * 7}d` : `${number}${unit ?? ''}`;
}
