import { type Readable, Writable } from 'node:stream';
import { isCancel, PasswordPrompt, SelectPrompt, TextPrompt, updateSettings } from '@clack/core';
import { interruption } from '../util/interruption.ts';
import type { Choice, Questions, TextOptions } from './questions.ts';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable & { readonly columns?: number; readonly rows?: number };
}

/**
 * Questions on a terminal that can move its cursor. The library does the keys, and we what is seen: plain words without
 * color, because its ready-made prompts draw boxes.
 */
export class ClackQuestions implements Questions {
  readonly #terminal: Terminal;
  readonly #signal: AbortSignal;

  constructor({ input, output }: Terminal, signal: AbortSignal) {
    this.#terminal = { input, output: new Screen(output) };
    // Ctrl-D would close the input beneath the library, which then waits for ever.
    updateSettings({ aliases: { '\u0004': 'cancel' } });
    this.#signal = signal;
  }

  async text(question: string, { otherwise, check }: TextOptions = {}): Promise<string> {
    const head = otherwise === undefined ? `${question}: ` : `${question} [${otherwise}]: `;
    const prompt = new TextPrompt({
      ...this.#surroundings(),
      ...(otherwise !== undefined && { defaultValue: otherwise }),
      validate: (answer) => complaint(answer || otherwise, check),
      render() {
        if (isOver(this.state)) return `${question}: ${this.value ?? ''}`;
        return `${head}${withCursor(this.userInput, this.cursor)}${remark(this)}`;
      },
    });
    return this.#answered(await prompt.prompt()).trim();
  }

  async secret(question: string, { check }: Pick<TextOptions, 'check'> = {}): Promise<string> {
    const prompt = new PasswordPrompt({
      ...this.#surroundings(),
      validate: (answer) => check?.(answer ?? ''),
      render() {
        return isOver(this.state) ? `${question}:` : `${question}: ${cursorAt(' ')}${remark(this)}`;
      },
    });
    return this.#answered((await prompt.prompt()) ?? '');
  }

  async choose<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
  ): Promise<Value> {
    const prompt = new SelectPrompt<Choice<Value>>({
      ...this.#surroundings(),
      options: [...choices],
      render() {
        const chosen = choices[this.cursor];
        if (isOver(this.state)) return `${question}: ${chosen?.label ?? ''}`;
        const lines = choices.map((one) => `${one === chosen ? '  > ' : '    '}${one.label}`);
        return [`${question}: (arrow keys, then Enter)`, ...lines].join('\n');
      },
    });
    return this.#answered(await prompt.prompt());
  }

  #surroundings() {
    return { ...this.#terminal, signal: this.#signal };
  }

  #answered<Answer>(answer: Answer | undefined): Exclude<Answer, symbol> {
    if (isAnswer(answer)) return answer;
    throw interruption(this.#signal);
  }
}

/** A terminal that does not say how wide it is (expect, some containers) is 80 columns wide, not none. */
class Screen extends Writable {
  readonly #output: Terminal['output'];

  constructor(output: Terminal['output']) {
    super();
    this.#output = output;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#output.write(chunk);
    done();
  }
}

/** Ctrl-C, Ctrl-D, Escape and the signal give the library's symbol. */
function isAnswer<Answer>(answer: Answer | undefined): answer is Exclude<Answer, symbol> {
  return answer !== undefined && !isCancel(answer);
}

function isOver(state: string): boolean {
  return state === 'submit' || state === 'cancel';
}

function complaint(answer: string | undefined, check: TextOptions['check']): string | undefined {
  const text = answer?.trim() ?? '';
  return text === '' ? 'something has to be typed here' : check?.(text);
}

function remark({ state, error }: { readonly state: string; readonly error: string }): string {
  return state === 'error' ? `\n  ${error}` : '';
}

/** Shown inverse, which is no color. The library hides the terminal's own cursor. */
function withCursor(text: string, at: number): string {
  return text.slice(0, at) + cursorAt(text[at] ?? ' ') + text.slice(at + 1);
}

function cursorAt(letter: string): string {
  return `\u001b[7m${letter}\u001b[27m`;
}
