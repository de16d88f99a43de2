import fc from 'fast-check';
import type { Rewritten } from '../support/maildrop-server.ts';

/** One thing that happens to one chunk of what a server sends. `at` and `to` are parts of its length, 0 to 1. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly octet: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'repeat-line'; readonly at: number }
  | { readonly kind: 'swap-lines'; readonly at: number; readonly to: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'splice'; readonly at: number; readonly from: number }
  | { readonly kind: 'bare-lf' }
  | { readonly kind: 'flood'; readonly at: number; readonly kilobytes: number };

export interface MutationAt {
  /** Which chunk, counted from the greeting. */
  readonly chunk: number;
  readonly mutation: Mutation;
}

/** What means something in POP3, in the wrong place. */
const telling = [
  '.',
  '.\r\n',
  '\r\n.\r\n',
  '\r\n',
  '\n',
  '\r',
  '+OK\r\n',
  '-ERR [SYS/TEMP] later\r\n',
  '-ERR\r\n',
  '+ \r\n',
  '+OK 3 120\r\n',
  '1 uid-1\r\n',
  '999999999999999999999 x\r\n',
  '\0',
  '\xff\xfe',
  ' ',
];

// Not fc.double, which is nearly always next to nothing.
const place = fc.nat({ max: 1000 }).map((thousandths) => thousandths / 1000);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    kind: fc.constant('flip' as const),
    at: place,
    octet: fc.integer({ min: 0, max: 255 }),
  }),
  fc.record({ kind: fc.constant('insert' as const), at: place, text: fc.constantFrom(...telling) }),
  fc.record({
    kind: fc.constant('delete' as const),
    at: place,
    length: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('duplicate' as const) }),
  fc.record({ kind: fc.constant('drop' as const) }),
  fc.record({ kind: fc.constant('repeat-line' as const), at: place }),
  fc.record({ kind: fc.constant('swap-lines' as const), at: place, to: place }),
  fc.record({ kind: fc.constant('hold' as const) }),
  fc.record({ kind: fc.constant('splice' as const), at: place, from: fc.nat() }),
  fc.record({ kind: fc.constant('bare-lf' as const) }),
  fc.record({
    kind: fc.constant('flood' as const),
    at: place,
    kilobytes: fc.integer({ min: 1, max: 200 }),
  }),
);

export const mutations: fc.Arbitrary<readonly MutationAt[]> = fc.array(
  fc.record({ chunk: fc.nat({ max: 12 }), mutation }),
  { minLength: 1, maxLength: 4 },
);

/** Applies mutations to the chunks of one session, in order. */
export class Mutator {
  readonly #mutations: readonly MutationAt[];
  readonly #pieces: readonly Buffer[];
  #held: Buffer | undefined;
  #cut = false;

  /** `pieces`: what a splice takes from. */
  constructor(all: readonly MutationAt[], pieces: readonly Buffer[]) {
    this.#mutations = all;
    this.#pieces = pieces;
  }

  mutate(original: Buffer, chunk: number): Rewritten {
    if (this.#cut) return { octets: Buffer.alloc(0), cut: true };
    let octets = original;
    for (const { chunk: wanted, mutation: one } of this.#mutations)
      if (wanted === chunk) octets = this.#apply(octets, one);
    const held = this.#held;
    const cut = this.#cut;
    if (held === undefined || octets.length === 0) return { octets, cut };
    this.#held = undefined;
    return { octets: Buffer.concat([octets, held]), cut };
  }

  #apply(octets: Buffer, one: Mutation): Buffer {
    switch (one.kind) {
      case 'flip': {
        const copy = Buffer.from(octets);
        if (copy.length > 0) copy[Math.min(indexIn(octets, one.at), copy.length - 1)] = one.octet;
        return copy;
      }
      case 'insert':
        return inserted(octets, one.at, Buffer.from(one.text, 'latin1'));
      case 'delete': {
        const at = indexIn(octets, one.at);
        return Buffer.concat([octets.subarray(0, at), octets.subarray(at + one.length)]);
      }
      case 'truncate':
        return octets.subarray(0, indexIn(octets, one.at));
      case 'cut':
        this.#cut = true;
        return octets.subarray(0, indexIn(octets, one.at));
      case 'duplicate':
        return Buffer.concat([octets, octets]);
      case 'drop':
        return Buffer.alloc(0);
      case 'hold':
        this.#held = octets;
        return Buffer.alloc(0);
      case 'splice': {
        const piece = this.#pieces[one.from % Math.max(this.#pieces.length, 1)];
        return piece === undefined ? octets : inserted(octets, one.at, piece);
      }
      case 'flood':
        return inserted(octets, one.at, Buffer.alloc(one.kilobytes * 1024, 'x'));
      case 'repeat-line':
      case 'swap-lines':
      case 'bare-lf':
        return Buffer.from(inLines(octets.toString('latin1').split('\r\n'), one), 'latin1');
      default:
        return one satisfies never;
    }
  }
}

function inLines(
  all: readonly string[],
  one: Extract<Mutation, { kind: 'repeat-line' | 'swap-lines' | 'bare-lf' }>,
): string {
  if (one.kind === 'bare-lf') return all.join('\n');
  const lines = [...all];
  const at = Math.floor(one.at * (lines.length - 1));
  const line = lines[at] ?? '';
  if (one.kind === 'repeat-line') lines.splice(at, 0, line);
  else {
    const to = Math.floor(one.to * (lines.length - 1));
    lines[at] = lines[to] ?? '';
    lines[to] = line;
  }
  return lines.join('\r\n');
}

function inserted(octets: Buffer, at: number, piece: Buffer): Buffer {
  const index = indexIn(octets, at);
  return Buffer.concat([octets.subarray(0, index), piece, octets.subarray(index)]);
}

function indexIn(octets: Buffer, at: number): number {
  return Math.floor(at * octets.length);
}
