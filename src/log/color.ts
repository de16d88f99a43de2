import type { TextSink } from './text-sink.ts';

/** The same lines with FAIL and error in red, and warn in yellow. The words stand there anyway: color is only an addition. */
export function colored(sink: TextSink): TextSink {
  return { write: (text) => sink.write(text.replace(word, painted)) };
}

/** Behind the account's name, where `grep FAIL` finds it; what a server said stands further right. */
const word = /^(\S+ +)(FAIL|error|warn)(?= {2})/gm;

function painted(_all: string, before: string, found: string): string {
  return `${before}\u001b[${found === 'warn' ? 33 : 31}m${found}\u001b[39m`;
}
