/** Programs whose set-up can be taken over, for people and parsers of command lines: `importers` has what each needs. */
export const tools = ['fetchmail', 'getmail', 'mpop', 'fdm', 'thunderbird'] as const;
