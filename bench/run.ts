import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '../test/support/dovecot.ts';
import { type DelayProxy, measureRoundTrip, startDelayProxy } from './delay-proxy.ts';
import { load } from './machine.ts';
import { type Account, type Cost, countFsyncs, measured, type RunOptions } from './measure.ts';
import { messagesOf } from './messages.ts';
import type { BenchOptions } from './options.ts';
import type { Peer, Station } from './peers.ts';
import type { Scenario } from './scenarios.ts';
import type { Measured, Row } from './table.ts';
import type { Tools } from './tools.ts';
import { Expected } from './verify.ts';

export interface RunParts {
  readonly server: Dovecot;
  readonly passwordOf: (user: string) => string;
  readonly peers: readonly Peer[];
  readonly tools: Tools;
  readonly account: Account;
  readonly options: BenchOptions;
  /** Below it are the homes in memory and on the disk. */
  readonly folders: Readonly<Record<Scenario['place'], string>>;
  readonly popfetch: string;
}

/** A fetcher that needs this many ms for a run gets only one more. */
const slow = 5_000;

/** Runs all fetchers over one scenario, alternating. */
export async function runScenario(scenario: Scenario, parts: RunParts): Promise<Measured> {
  const users = usersOf(scenario);
  for (const user of users)
    parts.server.seed(user, messagesOf(user, scenario.messages, scenario.sizeOf));
  const { pop3Port, pop3sPort } = parts.server;
  const target = scenario.tls ? pop3sPort : pop3Port;
  const line =
    scenario.roundTrip > 0 ? await startDelayProxy(target, scenario.roundTrip) : undefined;
  try {
    const run = new ScenarioRun(scenario, parts, line?.port ?? target);
    return await run.run(await notesOf(scenario, line));
  } finally {
    await line?.[Symbol.asyncDispose]();
  }
}

/** Each scenario has maildrops of its own. */
export function usersOf({ name, accounts }: Scenario): string[] {
  return Array.from({ length: accounts }, (_, index) => `${name.toLowerCase()}-${index + 1}`);
}

async function notesOf(scenario: Scenario, line: DelayProxy | undefined): Promise<string[]> {
  const notes: string[] = [];
  if (line !== undefined)
    notes.push(`Round trip measured: ${(await measureRoundTrip(line.port)).toFixed(1)} ms.`);
  if (scenario.fsyncDelay > 0)
    notes.push('Each fsync and fdatasync slowed by a library that is preloaded.');
  return notes;
}

class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #parts: RunParts;
  readonly #port: number;
  readonly #expected: Expected;
  readonly #costs = new Map<Peer, Cost[]>();
  readonly #remarks = new Map<Peer, string>();

  constructor(scenario: Scenario, parts: RunParts, port: number) {
    this.#scenario = scenario;
    this.#parts = parts;
    this.#port = port;
    this.#expected = new Expected(scenario, usersOf(scenario));
  }

  async run(notes: readonly string[]): Promise<Measured> {
    const { options } = this.#parts;
    const peers = this.#parts.peers.filter(
      ({ several }) => several !== true || this.#scenario.accounts > 1,
    );
    const [first] = peers;
    // The server makes its indexes when a maildrop is first seen: nobody's time.
    if (first !== undefined) await this.#once(first);
    const before = load();
    for (let round = 0; round < options.rounds; round++)
      for (const peer of peers) if (this.#wants(peer)) await this.#round(peer);
    const after = load();
    const rows: Row[] = [];
    for (const peer of peers) rows.push(await this.#row(peer));
    return {
      scenario: this.#scenario,
      rows,
      notes: [...notes, `At the start ${before}; at the end ${after}.`],
    };
  }

  #wants(peer: Peer): boolean {
    if (this.#remarks.has(peer)) return false;
    const costs = this.#costs.get(peer) ?? [];
    const { options } = this.#parts;
    return costs.length < (options.short ? 1 : 2) || (costs[0]?.wall ?? 0) * 1000 < slow;
  }

  async #round(peer: Peer): Promise<void> {
    const outcome = await this.#once(peer);
    if (typeof outcome === 'string') this.#remarks.set(peer, outcome);
    else this.#costs.set(peer, [...(this.#costs.get(peer) ?? []), outcome]);
  }

  async #row(peer: Peer): Promise<Row> {
    const costs = this.#costs.get(peer) ?? [];
    const remark = this.#remarks.get(peer);
    const { options, tools } = this.#parts;
    const worthwhile = options.fsyncs && tools.strace && remark === undefined;
    const fsyncs =
      worthwhile && (costs[0]?.wall ?? 0) * 1000 < slow
        ? await this.#inHome((station) =>
            this.#prepared(peer, station, (command) =>
              countFsyncs(command, tools, this.#runOptions(station.home)),
            ),
          )
        : undefined;
    return { peer: peer.name, costs, fsyncs, remark };
  }

  /** In a home of its own: what it cost, or why it does not count. */
  #once(peer: Peer): Promise<Cost | string> {
    return this.#inHome(async (station) => {
      const { tools, options } = this.#parts;
      const cost = await this.#prepared(peer, station, (command) =>
        measured(command, tools, this.#runOptions(station.home)),
      );
      if (cost === undefined) return `stalled: not done after ${options.timeout / 1000} s`;
      if (!peer.good.includes(cost.status)) return `failed: exit status ${cost.status}`;
      return this.#expected.problem(station.accounts) ?? cost;
    });
  }

  /** Where nothing new is measured, everything is fetched before. */
  async #prepared<T>(
    peer: Peer,
    station: Station,
    run: (command: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const command = peer.prepare(station);
    for (const name of readdirSync(station.home)) this.#give(join(station.home, name));
    if (this.#scenario.phase === 'unchanged') {
      await measured(command, this.#parts.tools, this.#runOptions(station.home));
    }
    return run(command);
  }

  /** The fetchers run as another user than root. */
  #give(path: string): void {
    const { uid, gid } = this.#parts.account;
    chownSync(path, uid, gid);
  }

  #runOptions(home: string): RunOptions {
    const { account, options } = this.#parts;
    return { account, home, fsyncDelay: this.#scenario.fsyncDelay, timeout: options.timeout };
  }

  async #inHome<T>(use: (station: Station) => Promise<T>): Promise<T> {
    const { folders, passwordOf, server, tools, popfetch } = this.#parts;
    const home = mkdtempSync(join(folders[this.#scenario.place], 'home-'));
    const make = (folder: string): string => {
      mkdirSync(folder);
      this.#give(folder);
      return folder;
    };
    this.#give(home);
    const mail = make(join(home, 'mail'));
    const accounts = usersOf(this.#scenario).map((user) => {
      const maildir = make(join(mail, user));
      for (const folder of ['cur', 'new', 'tmp']) make(join(maildir, folder));
      return { user, password: passwordOf(user), maildir };
    });
    try {
      return await use({
        home,
        port: this.#port,
        tls: this.#scenario.tls,
        caFile: server.certificates.caFile,
        accounts,
        deliver: tools.deliver,
        popfetch,
      });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
}
