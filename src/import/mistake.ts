import { Failure } from '../errors.ts';
import { printable } from '../util/printable.ts';

/** What cannot be understood on a line of a configuration. */
export function mistake(file: string, line: number, why: string): Failure {
  return new Failure('config', `${file}:${line}: ${printable(why)}`);
}
