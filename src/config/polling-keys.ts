import type { Keys } from './keys.ts';
import { readDuration, readSize } from './quantities.ts';
import { type AtMost, type Keep, readAtMost, readKeep } from './retention-values.ts';
import { readChoice, readInteger } from './values.ts';

/** What is polled when, how much of it, and what stays on the server. */
export interface PollingValues {
  readonly keep: Keep;
  readonly atMost: AtMost;
  readonly every: number;
  readonly first: 'all' | 'new';
  readonly order: 'oldest' | 'newest' | 'smallest';
  readonly maxSize: number;
  readonly limit: number;
  readonly maxBytes: number;
}

/** More than a month between polls is rather a mistake than a wish. */
export const readInterval = readDuration('31d');

/** The part of an account's keys that says how it is polled. */
export const pollingKeys: Keys<PollingValues> = {
  keep: {
    read: readKeep,
    default: 'true',
    doc: 'true: leave on server; false: delete after delivery; 30d: that long after it',
    example: '30d',
    mistakenFor: ['delete', 'leave', 'deleteafter'],
  },
  atMost: {
    read: readAtMost,
    default: undefined,
    doc: 'when the maildrop holds more, the oldest delivered messages are deleted',
    example: '900MB',
    mistakenFor: ['quota', 'keepnewest'],
  },
  every: {
    read: readInterval,
    default: undefined,
    defaultRule: 'every at the top',
    doc: 'time between two polls of popfetch run',
    example: '15m',
    mistakenFor: ['interval', 'poll'],
  },
  first: {
    read: readChoice(['all', 'new']),
    default: 'all',
    doc: 'new: on first contact, what is there counts as seen',
    example: 'new',
  },
  order: {
    read: readChoice(['oldest', 'newest', 'smallest']),
    default: 'oldest',
    doc: 'which new messages come first',
    example: 'newest',
    mistakenFor: ['sort'],
  },
  maxSize: {
    read: readSize,
    default: undefined,
    doc: 'larger messages stay on the server and are named',
    example: '50MB',
  },
  limit: {
    read: readInteger(1, 1_000_000_000),
    default: undefined,
    doc: 'most messages in one run',
    example: '500',
    mistakenFor: ['maxmessages', 'fetchlimit'],
  },
  maxBytes: {
    read: readSize,
    default: undefined,
    doc: 'most octets in one run',
    example: '500MB',
    mistakenFor: ['fetchsizelimit'],
  },
};
