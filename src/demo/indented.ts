const indent = '   ';
const width = 80;

/** A line of a command's output as it stands below its step: indented, and no wider than it was meant to be. */
export function indentedResult(line: string): string {
  // The duration keeps its place at the right margin.
  return indent + line.replace(/ {3}( +[\d.]+ s)$/, '$1');
}

/** The same for a line of trouble, which is broken between words where it is too long; what the next step shows is left out. */
export function indentedTrouble(line: string): string {
  const words = line.replace(/ and will not be fetched again$/, '').split(/(?<=\S) (?=\S)/);
  const lines: string[] = [];
  let current = indent + (words.shift() ?? '');
  for (const word of words) {
    if (current.length + 1 + word.length > width) {
      lines.push(current);
      current = ' '.repeat(indent.length + troubleColumn) + word;
    } else current += ` ${word}`;
  }
  return [...lines, current].join('\n');
}

/** Where the text behind `demo   FAIL  ` begins. */
const troubleColumn = 13;
