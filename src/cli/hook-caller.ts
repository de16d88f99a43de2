import type { AccountConfig, Config } from '../config/config.ts';
import { filledWord } from '../config/paths.ts';
import type { Emit, PopfetchEvent } from '../events.ts';
import { Hooks } from '../hooks/hooks.ts';
import { firedHooks } from '../log/hook-json.ts';
import { Surroundings } from '../log/surroundings.ts';
import { userOf } from '../util/environment.ts';
import type { World } from './world.ts';

export interface HookCallerParts {
  readonly world: Pick<World, 'env' | 'now' | 'run'>;
  /** Fires when the hooks must end now. */
  readonly signal: AbortSignal;
  /** Who else is told what happens, and how the hooks ended. */
  readonly emit: Emit;
  /** As it is now: it may be read again. */
  readonly config: () => Pick<Config, 'accounts' | 'hooks'>;
}

/** Calls the hooks of the configuration for what it is told, and tells the others. */
export class HookCaller {
  readonly #parts: HookCallerParts;
  readonly #hooks: Hooks;
  readonly #surroundings = new Surroundings();

  constructor(parts: HookCallerParts) {
    const { world, signal, emit } = parts;
    this.#parts = parts;
    this.#hooks = new Hooks({ env: world.env, user: userOf(world.env), signal, emit });
  }

  readonly emit: Emit = (event) => {
    this.#surroundings.note(event);
    this.#parts.emit(event);
    if (event.type === 'account.end') this.#call(event);
  };

  /** Resolves when none runs any more. */
  ended(): Promise<void> {
    return this.#hooks.ended();
  }

  #call(event: Extract<PopfetchEvent, { type: 'account.end' }>): void {
    const { config, world } = this.#parts;
    const { accounts, hooks } = config();
    const account = accounts.find(({ name }) => name === event.account);
    if (account === undefined) return;
    const context = {
      ...this.#surroundings.of(event, world.now()),
      run: world.run,
      destinations: destinationsOf(account),
    };
    for (const { hook, json } of firedHooks(event, context)) {
      const argv = hooks[hook]?.map((word) => filledWord(word, placeholdersOf(account)));
      if (argv === undefined) continue;
      this.#hooks.call({ account: account.name, hook, argv, json, timeout: hooks.timeout });
    }
  }
}

function destinationsOf({ deliver }: AccountConfig): readonly string[] {
  return deliver.kind === 'several' ? deliver.parts.map(({ label }) => label) : [deliver.label];
}

function placeholdersOf({ name, email, user, host }: AccountConfig) {
  return { account: name, user, host, ...(email !== undefined && { email }) };
}
