/** One kind of figure with its values. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text form of Prometheus, version 0.0.4. A family without samples is left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map((sample) => `${name}${labelsOf(sample)} ${sample.value}\n`);
      return `# HELP ${name} ${escaped(help, /[\\\n]/g)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelsOf({ labels }: Sample): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value, /[\\\n"]/g)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (found) => (found === '\n' ? '\\n' : `\\${found}`));
}
