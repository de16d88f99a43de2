import { Failure } from '../errors.ts';

/** The command line is wrong, and what to do. */
export function usage(
  message: string,
  hint = 'popfetch --help lists commands and options',
): Failure {
  return new Failure('usage', message, { hint });
}

/** The number that an option was given, or undefined; anything but a whole number from `least` is refused. */
export function wholeNumber(
  option: string,
  value: number | undefined,
  least = 1,
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
  throw usage(`${option} takes a whole number from ${least}`);
}
