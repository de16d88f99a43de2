/** The candidate that was probably meant: the same but for case, `-` and `_`, or a slip or two away. */
export function nearest<Word extends string>(
  word: string,
  candidates: readonly Word[],
): Word | undefined {
  const same = candidates.find((candidate) => bare(candidate) === bare(word));
  if (same !== undefined) return same;
  const bound = Math.min(2, Math.floor(word.length / 2));
  let best: { word: Word; distance: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > bound) continue;
    const distance = slips(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= bound && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { word: candidate, distance };
  }
  return best?.word;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Letters to insert, remove, replace or swap with their neighbor to get from one to the other. */
function slips(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++)
      current.push(slipsAt(from, to, row, column, { current, above, before }));
    before = above;
    above = current;
  }
  return above[to.length] ?? 0;
}

function slipsAt(
  from: string,
  to: string,
  row: number,
  column: number,
  rows: Record<'current' | 'above' | 'before', readonly number[]>,
): number {
  const at = (line: readonly number[], index: number) => line[index] ?? Number.POSITIVE_INFINITY;
  const replaced = at(rows.above, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
  const swapped =
    from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      ? at(rows.before, column - 2) + 1
      : Number.POSITIVE_INFINITY;
  return Math.min(at(rows.current, column - 1) + 1, at(rows.above, column) + 1, replaced, swapped);
}
