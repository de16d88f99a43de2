import type { TextSink } from './text-sink.ts';

/**
 * Whole lines for people, as the journal wants them: each begins with its priority (sd-daemon(3)), so that
 * `journalctl -p err` shows what failed. Lines of the log have theirs already.
 */
export function prioritized(text: string): string {
  let priority: number = priorities.error;
  return text.replace(/^.+$/gm, (line) => {
    if (/^<[0-7]>/.test(line)) return line;
    // What is indented belongs to the line above.
    if (!line.startsWith(' ')) priority = priorityOf(line);
    return `<${priority}>${line}`;
  });
}

/** Without the lines that the log tells too, in its own words, where both go to the journal. */
export function besideLog(sink: TextSink): TextSink {
  return {
    write(text) {
      if (!isLoggedToo.test(text)) sink.write(text);
    },
  };
}

/** What is wrong, with the lines below it; not that something is well again, and not what stays on the server. */
const isLoggedToo = /^(?:\S+ +(?:FAIL|warn) {2}|popfetch: \S+: (?!ok again after ))/;

/** syslog(3). */
const priorities = { error: 3, warning: 4, notice: 5 } as const;

function priorityOf(line: string): number {
  if (/^\S+ +(?:warn|skip) {2}/.test(line)) return priorities.warning;
  return goodNews.test(line) ? priorities.notice : priorities.error;
}

/** The lines on standard error that tell of nothing wrong. */
const goodNews =
  /^popfetch: (?:\S+: ok again after |configuration read again: )|^finishing the current /;
