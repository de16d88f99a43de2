import type { World } from './world.ts';

/** Asks each question once while the process runs: nobody sits there for every poll. */
export function rememberingPrompt(readPrompt: World['readPrompt']): World['readPrompt'] {
  if (readPrompt === undefined) return undefined;
  const answers = new Map<string, string>();
  return async (question, signal) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = await readPrompt(question, signal);
    answers.set(question, answer);
    return answer;
  };
}
