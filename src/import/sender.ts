/**
 * A shell line in which %F stands for the envelope sender, as popfetch runs it: the address comes in the environment, where
 * no shell takes it apart. Quotes around %F are replaced with it.
 */
export function withSender(line: string): string {
  return line.replace(/(["']?)%F\1/g, () => `"\${POPFETCH_SENDER:-MAILER-DAEMON}"`);
}

/** Whether a command hands mail to a mail server, which takes a Delivered-To of ours for a loop. */
export function submits(line: string): boolean {
  return /^\S*\b(?:sendmail|exim4?|msmtp|nullmailer-inject|qmail-inject)\b/.test(line);
}
