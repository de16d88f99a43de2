/** `popfetch help cron` */
export function cronTopic(): string {
  return `A line for crontab -e: every ten minutes, with mail from cron only when an
account begins to fail, still fails after a day, or is well again:

  */10 * * * * popfetch --once --quiet

cron knows few folders: popfetch service print cron prints the line with whole
paths, popfetch service install does without cron. Passwords must come from a
file, or a command that needs nobody: nothing is asked without a terminal.

An account that an earlier run still polls is skipped, silently with --quiet.
The exit status tells the truth either way: popfetch help exit-codes.`;
}
