import { shellWord } from '../util/shell-word.ts';
import { type Call, wordsOf } from './call.ts';

/** A line for crontab(5). cron knows hardly any PATH, and takes `%` for a line end. */
export function crontab(call: Call): string {
  const words = wordsOf(call, ['--once', '--quiet']);
  const command = words.map(shellWord).join(' ').replaceAll('%', '\\%');
  return `# Every ten minutes; cron sends mail when an account begins to fail, still fails a day later, or is well again.
*/10 * * * * ${command}
`;
}
