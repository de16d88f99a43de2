import { Failure } from '../errors.ts';
import type { GlobalOptions } from './args/global.ts';
import type { World } from './world.ts';

interface Asked {
  readonly global: Pick<GlobalOptions, 'input'>;
  readonly yes: boolean;
}

/** Resolves when somebody says yes, here or on the command line; throws a Failure with code `usage` otherwise. */
export async function confirm(
  question: string,
  { global, yes }: Asked,
  { readPrompt, onSignal }: Pick<World, 'readPrompt' | 'onSignal'>,
): Promise<void> {
  if (yes) return;
  if (readPrompt === undefined || !global.input)
    throw new Failure('usage', `${question} Nobody is there to say yes`, {
      hint: 'with --yes it is done without a question',
    });
  const stop = new AbortController();
  using _ = onSignal(() => stop.abort(new Failure('interrupted', 'stopped')));
  const answer = await readPrompt(`${question} Type yes: `, stop.signal);
  if (answer.trim().toLowerCase() !== 'yes')
    throw new Failure('usage', 'not confirmed: nothing was changed');
}
