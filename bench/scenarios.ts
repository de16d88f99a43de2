import { mixedSizes, type SizeOf } from './messages.ts';

/** What is measured: maildrops, the line between, and the disk behind. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly accounts: number;
  /** Messages of each account. */
  readonly messages: number;
  readonly sizeOf: SizeOf;
  readonly tls: boolean;
  /** ms of a round trip to the server; 0: the loopback as it is. */
  readonly roundTrip: number;
  /** ms that each fsync takes longer. */
  readonly fsyncDelay: number;
  /** Where the mail goes: to memory, or to the disk below the temporary folder. */
  readonly place: 'memory' | 'disk';
  /** fetch: from the first message on. unchanged: after a fetch, nothing new. */
  readonly phase: 'fetch' | 'unchanged';
}

const plain = {
  accounts: 1,
  tls: false,
  roundTrip: 0,
  fsyncDelay: 0,
  place: 'memory',
  phase: 'fetch',
} as const;
const small: SizeOf = () => 2_000;
const tiny: SizeOf = () => 300;
const large: SizeOf = () => 25_000_000;

export const scenarios: readonly Scenario[] = [
  { ...plain, name: 'S1', title: '10,000 × 2 KB, in memory', messages: 10_000, sizeOf: small },
  {
    ...plain,
    name: 'S1disk',
    title: '10,000 × 2 KB, on the disk',
    messages: 10_000,
    sizeOf: small,
    place: 'disk',
  },
  {
    ...plain,
    name: 'S1d',
    title: '500 × 2 KB, each fsync 5 ms slower',
    messages: 500,
    sizeOf: small,
    fsyncDelay: 5,
  },
  {
    ...plain,
    name: 'S2',
    title: '1,000 × 2 KB, 50 ms round trip',
    messages: 1_000,
    sizeOf: small,
    roundTrip: 50,
  },
  {
    ...plain,
    name: 'S3',
    title: '1,000 mixed (75 MB), TLS',
    messages: 1_000,
    sizeOf: mixedSizes,
    tls: true,
  },
  { ...plain, name: 'S4', title: '20 × 25 MB', messages: 20, sizeOf: large },
  { ...plain, name: 'S5', title: '50,000 tiny, first fetch', messages: 50_000, sizeOf: tiny },
  {
    ...plain,
    name: 'S5u',
    title: '50,000 tiny, nothing new',
    messages: 50_000,
    sizeOf: tiny,
    phase: 'unchanged',
  },
  {
    ...plain,
    name: 'S6',
    title: '50 accounts × 100, 50 ms round trip',
    accounts: 50,
    messages: 100,
    sizeOf: small,
    roundTrip: 50,
  },
  { ...plain, name: 'S7', title: 'empty maildrop', messages: 0, sizeOf: small },
];

/** The form of a minute: a tenth of the messages, where that still says something. */
export function shortened(scenario: Scenario): Scenario {
  const { messages } = scenario;
  return { ...scenario, messages: messages > 1_000 ? messages / 10 : Math.ceil(messages / 4) };
}
