import { statSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { GlobalOptions } from './args/global.ts';
import { load, problemOf } from './configuration.ts';
import type { World } from './world.ts';

export type Reread =
  | { readonly kind: 'config'; readonly config: Config }
  /** One line. */
  | { readonly kind: 'problem'; readonly problem: string };

/** Reads the configuration again, one reading at a time, and knows when its file has changed. */
export class Reloading {
  readonly #global: GlobalOptions;
  readonly #world: World;
  #path: string;
  #stamp: string | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(global: GlobalOptions, world: World, path: string) {
    this.#global = global;
    this.#world = world;
    this.#path = path;
    this.#stamp = stampOf(path);
  }

  /** Whether it is worth reading: asked before each poll, and true once for each change. */
  isFileChanged(): boolean {
    const stamp = stampOf(this.#path);
    if (stamp === undefined || stamp === this.#stamp) return false;
    this.#stamp = stamp;
    return true;
  }

  /** Never rejects. */
  read(): Promise<Reread> {
    const reading = this.#reading.then(() => this.#readNow());
    this.#reading = reading;
    return reading;
  }

  /** Resolves when nothing is being read any more. */
  async ended(): Promise<void> {
    await this.#reading;
  }

  async #readNow(): Promise<Reread> {
    if (this.#global.configFile === '-')
      return { kind: 'problem', problem: 'the configuration came from standard input' };
    this.#stamp = stampOf(this.#path);
    const loaded = await load(this.#global, this.#world);
    if (loaded.kind === 'config') {
      this.#path = loaded.path;
      this.#stamp = stampOf(loaded.path);
      return { kind: 'config', config: loaded.config };
    }
    const problem = `the old configuration stays: ${problemOf(loaded, this.#world)}`;
    return { kind: 'problem', problem };
  }
}

/** Undefined where there is no such file, such as for a moment while an editor saves. */
function stampOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return undefined;
  }
}
