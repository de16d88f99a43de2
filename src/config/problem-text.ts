import type { Problem } from './problem.ts';

/** All problems of a configuration as SPEC 2.5 shows them, ending with a newline. */
export function problemText(problems: readonly Problem[], home: string): string {
  const blocks = problems.map((problem) => blockOf(problem, home));
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const last = `${count}, nothing was fetched. All keys: popfetch help config`;
  return `${[...blocks, last].join('\n')}\n`;
}

/** A file name with the home folder as `~`. */
export function shortPath(path: string, home: string): string {
  const folder = home.endsWith('/') ? home : `${home}/`;
  return home !== '' && path.startsWith(folder) ? `~/${path.slice(folder.length)}` : path;
}

function blockOf(problem: Problem, home: string): string {
  const { place, message, hint } = problem;
  const path = shortPath(problem.path, home);
  if (place === undefined) {
    const advice = hint === undefined ? [] : [`      ${hint}`];
    return [`${path}: ${message}`, ...advice].join('\n');
  }
  const number = String(place.line).padStart(5);
  const gutter = ' '.repeat(number.length);
  const under = `${' '.repeat(place.shown.caret)}${'^'.repeat(place.shown.carets)}`;
  return [
    `${path}:${place.line}:${place.column}: ${message}`,
    `${number} | ${place.shown.text}`,
    `${gutter} | ${under}${hint === undefined ? '' : ` ${hint}`}`,
  ].join('\n');
}
