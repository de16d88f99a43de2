import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyHash, idOf, messagesOf } from './messages.ts';
import type { BenchAccount } from './peers.ts';
import type { Scenario } from './scenarios.ts';

/** Whether every message of a scenario arrived, once and whole. Made before the runs, because hashing takes a while. */
export class Expected {
  readonly #hashes = new Map<string, string>();

  constructor(scenario: Scenario, users: readonly string[]) {
    for (const user of users)
      for (const { name, bytes } of messagesOf(user, scenario.messages, scenario.sizeOf))
        this.#hashes.set(`${user}/${name}`, bodyHash(bytes));
  }

  /** What is wrong; undefined when nothing is. */
  problem(accounts: readonly BenchAccount[]): string | undefined {
    const missing = new Set(this.#hashes.keys());
    for (const { maildir } of accounts) {
      const folder = join(maildir, 'new');
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const file = readFileSync(join(folder, name));
        const id = idOf(file) ?? name;
        if (this.#hashes.get(id) !== bodyHash(file)) return `${id} is damaged or foreign`;
        if (!missing.delete(id)) return `${id} arrived twice`;
      }
    }
    return missing.size === 0 ? undefined : `${missing.size} of ${this.#hashes.size} are missing`;
  }
}
