import { parseArgs } from 'node:util';
import { peers } from './peers.ts';
import { scenarios } from './scenarios.ts';

export interface BenchOptions {
  readonly scenarios: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly short: boolean;
  /** ms. */
  readonly timeout: number;
  readonly saveTo: string | undefined;
  readonly fsyncs: boolean;
}

const usage = `npm run bench -- [OPTIONS] [SCENARIO...]

Scenarios: ${scenarios.map(({ name }) => name).join(' ')}

--short          a tenth of the messages, three rounds: a minute
--peers A,B      only these besides popfetch: ${peers.map(({ name }) => name).join('; ')}
--rounds N       runs of each (7); slow ones get fewer
--timeout S      a run that takes longer has stalled (120)
--no-fsyncs      do not count fsyncs, which takes a run more of each
--save FILE      write the results there too
`;

/** Throws what to tell the user. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      timeout: { type: 'string' },
      'no-fsyncs': { type: 'boolean', default: false },
      save: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  const unknown = positionals.find((name) => !scenarios.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`${unknown}: no such scenario\n\n${usage}`);
  const { short } = values;
  return {
    scenarios: positionals,
    peers: values.peers?.split(',') ?? peers.map(({ name }) => name),
    rounds: numberOf(values.rounds) ?? (short ? 3 : 7),
    short,
    timeout: (numberOf(values.timeout) ?? (short ? 20 : 120)) * 1000,
    saveTo: values.save,
    fsyncs: !values['no-fsyncs'] && !short,
  };
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text}: not a number\n\n${usage}`);
  return value;
}
