/** The forms of `password` other than the password itself; each is a key of a map with that one key. */
export const passwordForms = ['command', 'file', 'credential', 'env', 'prompt'] as const;
export type PasswordForm = (typeof passwordForms)[number];
