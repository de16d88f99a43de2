import { placeholder, takesValue } from '../args/table.ts';
import type { CommandWords } from '../args/words.ts';
import type { Row } from './layout.ts';

/** Options with what they mean: `-j, --jobs N` and `accounts at once`. */
export function optionRows(options: CommandWords['options']): readonly Row[] {
  return Object.entries(options).map(([name, word]) => {
    const short = typeof word.alias === 'string' ? `-${word.alias}, ` : '    ';
    const value = takesValue(word) ? ` ${placeholder(name, word)}` : '';
    const usual = word.default === undefined ? '' : ` (default ${String(word.default)})`;
    return [`${short}${forms[word.shown ?? 'plain'](name)}${value}`, `${word.describe}${usual}`];
  });
}

const forms = {
  plain: (name: string) => `--${name}`,
  negated: (name: string) => `--no-${name}`,
  both: (name: string) => `--${name}, --no-${name}`,
} as const;
