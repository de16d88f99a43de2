import { createHash } from 'node:crypto';

/**
 * Names one of several that all are to have a message, whatever their order is: a destination, a recipient. `identity` is
 * what makes it another when it changes.
 */
export function partId(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 12);
}
