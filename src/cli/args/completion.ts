import { type CommandWords, type Parsed, positional } from './words.ts';

export interface CompletionOptions {
  readonly shell: 'bash' | 'zsh' | 'fish';
}

export const completionWords = {
  usage: 'completion <shell>',
  group: 'settings',
  summary: 'print the script',
  positionals: {
    shell: positional({
      choices: ['bash', 'zsh', 'fish'] as const,
      demandOption: true,
      describe: 'for which shell',
    }),
  },
  options: {},
  examples: [
    [
      'popfetch completion bash > ~/.local/share/bash-completion/completions/popfetch',
      'bash, from the next shell on',
    ],
    ['popfetch completion zsh > ~/.zfunc/_popfetch', 'zsh, with ~/.zfunc in fpath before compinit'],
    ['popfetch completion fish > ~/.config/fish/completions/popfetch.fish', 'fish'],
  ],
  exits: {},
  seeAlso: [],
} as const satisfies CommandWords;

export function completionOf({ shell }: Parsed<typeof completionWords>): CompletionOptions {
  return { shell };
}
