import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';

/** A terminal's input, as `process.stdin` is one. */
export interface PromptInput {
  setRawMode(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
}

export interface PromptOutput {
  write(text: string): unknown;
}

/** ms. Nobody is there. */
const PATIENCE = 5 * 60_000;

/**
 * Asks for passwords on a terminal without showing what is typed. Accounts are polled at once: questions that come
 * together are put one after the other. Ctrl-C rejects with `interrupted`, Ctrl-D and silence with
 * `secret_unavailable`.
 */
export function hiddenPrompt(
  input: PromptInput,
  output: PromptOutput,
  patience = PATIENCE,
): (question: string, signal: AbortSignal) => Promise<string> {
  let last: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const answer = last.then(() => ask(question, { input, output, patience, signal }));
    // Who asked owns the answer; here only its end counts.
    last = answer.catch(() => undefined);
    return answer;
  };
}

interface Asking {
  readonly input: PromptInput;
  readonly output: PromptOutput;
  readonly patience: number;
  readonly signal: AbortSignal;
}

async function ask(question: string, asking: Asking): Promise<string> {
  const { input, output, signal } = asking;
  if (signal.aborted) throw interruption(signal);
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    return await typed(asking);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

function typed({ input, patience, signal }: Asking): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    const listen = (text: string) => {
      for (const letter of text) {
        const key = keyOf(letter);
        if (key === 'enter') return settle(() => resolve(line));
        if (key === 'interrupt') return settle(() => reject(interruption(signal)));
        if (key === 'end') return settle(() => reject(unanswered('nothing was typed')));
        line = edited(line, letter, key);
      }
    };
    const halt = () => settle(() => reject(interruption(signal)));
    const giveUp = () => settle(() => reject(unanswered('nobody answered the prompt')));
    const timer = setTimeout(giveUp, patience);
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', halt);
      input.off('data', listen);
      outcome();
    };
    signal.addEventListener('abort', halt, { once: true });
    input.on('data', listen);
    input.resume();
  });
}

type Key = 'enter' | 'interrupt' | 'end' | 'erase' | 'erase all' | 'letter';

function keyOf(letter: string): Key {
  switch (letter) {
    case '\r':
    case '\n':
      return 'enter';
    case '\u0003':
      return 'interrupt';
    case '\u0004':
      return 'end';
    case '\b':
    case '\u007f':
      return 'erase';
    case '\u0015':
      return 'erase all';
    default:
      return 'letter';
  }
}

function edited(line: string, letter: string, key: Key): string {
  if (key === 'erase all') return '';
  return key === 'erase' ? Array.from(line).slice(0, -1).join('') : line + letter;
}

function unanswered(reason: string): Failure {
  return new Failure('secret_unavailable', `no password: ${reason}`, { reason });
}
