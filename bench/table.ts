import type { Cost } from './measure.ts';
import type { Scenario } from './scenarios.ts';

/** What a fetcher needed for a scenario, over all rounds. */
export interface Row {
  readonly peer: string;
  readonly costs: readonly Cost[];
  readonly fsyncs: number | undefined;
  /** Why there is no figure, or not as many as of the others. */
  readonly remark: string | undefined;
}

export interface Measured {
  readonly scenario: Scenario;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** The results as Markdown. */
export function tableOf({ scenario, rows, notes }: Measured): string {
  const own = rows.find(({ peer }) => peer === 'popfetch');
  const reference = median(own?.costs ?? [], 'wall');
  const lines = rows.map((row) => {
    const wall = median(row.costs, 'wall');
    const cells = [
      row.peer,
      seconds(wall),
      row.costs.length < 2 ? '' : spread(row.costs),
      row === own || wall === undefined || reference === undefined
        ? ''
        : `${(wall / reference).toFixed(2)} ×`,
      seconds(median(row.costs, 'cpu')),
      megabytes(median(row.costs, 'memory')),
      row.fsyncs === undefined ? '' : String(row.fsyncs),
      `${row.costs.length}`,
      row.remark ?? '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${scenario.name}: ${scenario.title}`,
    '',
    '| fetcher | wall s | least – most | of popfetch | CPU s | peak RSS | fsyncs | runs | |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --- |',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

export function median(
  costs: readonly Cost[],
  what: 'wall' | 'cpu' | 'memory',
): number | undefined {
  const sorted = costs.map((cost) => cost[what]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function spread(costs: readonly Cost[]): string {
  const walls = costs.map(({ wall }) => wall);
  return `${seconds(Math.min(...walls))} – ${seconds(Math.max(...walls))}`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(value < 0.1 ? 4 : value < 10 ? 3 : 1);
}

function megabytes(octets: number | undefined): string {
  return octets === undefined ? '–' : `${Math.round(octets / 1e6)} MB`;
}
