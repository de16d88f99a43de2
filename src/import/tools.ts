/** Programs whose set-up can be taken over, for people and parsers of command lines: `importers` has what each needs. */
export const tools = ['fetchmail', 'mpop'] as const;
