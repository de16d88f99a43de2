/** How this very installation is called from where there is no PATH and no shell. */
export interface Call {
  /** Node and the program, by absolute paths. */
  readonly program: readonly string[];
  /** Where the configuration and the state are, when that is not where they are looked for anyway. */
  readonly options: readonly string[];
}

/** The whole command line for something, word by word. */
export function wordsOf({ program, options }: Call, own: readonly string[]): readonly string[] {
  return [...program, ...own, ...options];
}
