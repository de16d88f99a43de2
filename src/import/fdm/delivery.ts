import type { Draft } from '../draft.ts';
import type { Setting, Surroundings } from '../plan.ts';
import type { AccountEntry, Action, Rule, Statements } from './grammar.ts';
import { withTags } from './tags.ts';

/** fdm itself calls no more than five actions by name, one from within another. */
const deepest = 5;

/**
 * Where the mail of an account goes: what is done with all of it by the first rule that takes all of it, and those before
 * it that go on. Rules that look at the message are left.
 */
export class Delivery {
  readonly #statements: Pick<Statements, 'actions' | 'rules'>;
  readonly #account: AccountEntry;
  readonly #draft: Draft;
  readonly #around: Surroundings;
  readonly #places: Setting[] = [];

  constructor(
    statements: Pick<Statements, 'actions' | 'rules'>,
    account: AccountEntry,
    draft: Draft,
    around: Surroundings,
  ) {
    this.#statements = statements;
    this.#account = account;
    this.#draft = draft;
    this.#around = around;
  }

  translate(): void {
    for (const rule of this.#statements.rules) {
      if (!rule.accounts.every((patterns) => patterns.some((one) => fits(one, this.#account.name))))
        continue;
      if (rule.isConditional)
        this.#draft.leave(rule.line, 'match: rules that look at the message are not taken over');
      else if (this.#follow(rule)) break;
    }
    const [first, second] = this.#places;
    if (first !== undefined)
      this.#draft.set('deliver', second === undefined ? first : this.#places);
    else if (!this.#draft.isRefused)
      this.#draft.refuse(this.#account.line, 'no rule stores all of its mail');
  }

  /** Whether it is the last one. */
  #follow({ line, actions, goesOn }: Rule): boolean {
    this.#draft.follow(line, 'match: deliver');
    for (const action of actions) this.#act(action, 0);
    return !goesOn;
  }

  #act({ word, values, line }: Action, depth: number): void {
    const [first] = values;
    switch (word) {
      case 'action':
        this.#named(first?.text ?? '', line, depth);
        break;
      case 'maildir':
        this.#path(first?.text ?? '', line, (path) => ({ maildir: path }));
        break;
      case 'mbox':
        if (values.some(({ text }) => text === 'compress'))
          this.#draft.refuse(line, 'mbox compress: an mbox is not compressed here');
        else this.#path(first?.text ?? '', line, (path) => ({ mbox: path }));
        break;
      case 'pipe':
        this.#filled(first?.text ?? '', line, (command) => ({ pipe: command }));
        break;
      case 'keep':
        this.#draft.take(line, 'keep', 'keep', true);
        break;
      default:
        this.#draft.leave(line, `${word}: there is no such thing here`);
    }
  }

  #named(name: string, line: number, depth: number): void {
    const actions = this.#statements.actions.get(name);
    if (actions === undefined || depth >= deepest)
      this.#draft.refuse(
        line,
        `action "${name}": ${actions ? 'too many in one' : 'there is none'}`,
      );
    else for (const action of actions) this.#act(action, depth + 1);
  }

  #path(written: string, line: number, place: (path: string) => Setting): void {
    this.#filled(written, line, (path) => {
      if (path.startsWith('/') || path.startsWith('~/')) return place(path);
      this.#draft.refuse(line, `${written}: not an absolute path`);
      return undefined;
    });
  }

  #filled(written: string, line: number, place: (text: string) => Setting | undefined): void {
    const filled = withTags(written, this.#account.name, this.#around);
    if (filled.kind === 'unknown') {
      this.#draft.refuse(line, `${filled.tag}: nothing of a message gets into a path or command`);
      return;
    }
    const setting = place(filled.text);
    if (setting !== undefined) this.#places.push(setting);
  }
}

/** As fnmatch(3) has it. */
function fits(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*+/g, '*').replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`).test(name);
  } catch {
    // A range that runs backwards.
    return false;
  }
}
