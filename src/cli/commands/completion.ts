import type { CompletionOptions } from '../args/completion.ts';
import type { World } from '../world.ts';

/** Prints a script that completes command lines without starting popfetch. */
export async function completion(
  { shell }: Pick<CompletionOptions, 'shell'>,
  { stdout }: World,
): Promise<number> {
  stdout.write(`${await completionScript(shell)}\n`);
  return 0;
}

export async function completionScript(shell: CompletionOptions['shell']): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashCompletion();
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshCompletion();
    case 'fish':
      return (await import('../completion/fish.ts')).fishCompletion();
    default:
      return shell satisfies never;
  }
}
