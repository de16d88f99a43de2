import type { Emit } from '../events.ts';
import { nameWidth } from './columns.ts';
import { Surroundings } from './surroundings.ts';
import type { TerminalOptions } from './terminal.ts';
import { failureLines, noticeLine } from './trouble.ts';

/** Only what went wrong while a maildrop was looked at: what was found there, the command tells itself. */
export function verifyReporter({ stderr, now }: TerminalOptions): Emit {
  const surroundings = new Surroundings();
  const width = nameWidth([]);
  return (event) => {
    surroundings.note(event);
    if (event.type === 'notice') stderr.write(noticeLine(event, width));
    else if (event.type === 'account.end' && event.failure !== undefined)
      stderr.write(failureLines(event, surroundings, { width, now: now() }));
  };
}
