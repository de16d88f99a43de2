/** How a person is asked. Every question rejects with a Failure `interrupted` where they would rather stop. */
export interface Questions {
  text(question: string, options?: TextOptions): Promise<string>;
  /** What is typed is not shown, and not how long it is. */
  secret(question: string, options?: Pick<TextOptions, 'check'>): Promise<string>;
  /** The first one is offered. */
  choose<Value extends string>(question: string, choices: readonly Choice<Value>[]): Promise<Value>;
}

export interface TextOptions {
  /** Taken when nothing else is typed. */
  readonly otherwise?: string | undefined;
  /** What is wrong with an answer, in half a line. */
  readonly check?: (answer: string) => string | undefined;
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}
