import type { AccountConfig, Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import type { EndSignals } from '../scheduler/deadline.ts';
import { failuresAfter } from '../scheduler/next-poll.ts';
import {
  type PollsBefore,
  type ScheduledAccount,
  type ScheduledPoll,
  Scheduler,
} from '../scheduler/scheduler.ts';
import { readStatus } from '../state/status.ts';
import { type AccountOutcome, runAccount } from './account-run.ts';
import type { GlobalOptions } from './args/global.ts';
import { HookCaller } from './hook-caller.ts';
import { writeMetrics } from './metering.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { demandedAt, paceNotice } from './pace.ts';
import { Reloading } from './reloading.ts';
import { rememberingPrompt } from './remembering-prompt.ts';
import type { Reporting } from './reporters.ts';
import { serverKey } from './server-key.ts';
import { settingsDigest } from './settings-digest.ts';
import { stateDirectory } from './state-dir.ts';
import type { World } from './world.ts';

export interface ForegroundParts {
  readonly global: GlobalOptions;
  /** ms; what the command line says instead of the configuration. */
  readonly every: number | undefined;
  readonly world: World;
  readonly reports: Reporting;
  readonly loaded: Extract<Loaded, { kind: 'config' }>;
  readonly signals: EndSignals;
}

/** The scheduler with all that it needs around it: configuration that may change, signals, reports. */
export class Foreground {
  readonly #parts: ForegroundParts;
  readonly #scheduler: Scheduler;
  readonly #reloading: Reloading;
  readonly #hooks: HookCaller;
  readonly #readPrompt: World['readPrompt'];
  readonly #totals = { new: 0, bytes: 0 };
  /** How the last poll of each account ended. */
  readonly #failed = new Map<string, boolean>();
  /** What was told of how often each is polled. */
  readonly #paces = new Map<string, string>();
  #config: Config;

  constructor(parts: ForegroundParts) {
    const { global, world, loaded, reports, signals } = parts;
    this.#parts = parts;
    this.#config = loaded.config;
    this.#readPrompt = global.input ? rememberingPrompt(world.readPrompt) : undefined;
    this.#reloading = new Reloading(global, world, loaded.path);
    this.#hooks = new HookCaller({
      world,
      signal: signals.now,
      emit: reports.emit,
      config: () => this.#config,
    });
    this.#scheduler = new Scheduler(
      {
        clock: monotonicClock,
        random: Math.random,
        poll: (name, poll) => this.#poll(name, poll),
        before: (name) => {
          const account = this.#accountOf(name);
          return account && this.#polledBefore(account);
        },
      },
      loaded.config,
    );
  }

  /** Resolves when it was stopped, and the polls and hooks under way have ended. */
  async run(pollsNow: boolean): Promise<void> {
    const { world, reports } = this.#parts;
    const began = performance.now();
    const accounts = this.#names();
    reports.emit({ type: 'run.start', version: world.version, accounts, dryRun: false });
    this.#schedule();
    if (pollsNow) this.#scheduler.pollNow();
    await this.#runListening();
    await this.#hooks.ended();
    const failed = [...this.#failed].flatMap(([name, hasFailed]) => (hasFailed ? name : []));
    reports.emit({
      type: 'run.end',
      exitCode: 0,
      accountsOk: this.#failed.size - failed.length,
      accountsFailed: failed,
      ...this.#totals,
      durationMs: performance.now() - began,
      dryRun: false,
    });
  }

  async #runListening(): Promise<void> {
    const listening = this.#parts.world.onRequest((request) => {
      if (request === 'SIGUSR1') this.#scheduler.pollNow();
      else this.#reopenAndReload();
    });
    try {
      await this.#scheduler.run(this.#parts.signals);
      await this.#reloading.ended();
    } finally {
      listening[Symbol.dispose]();
    }
  }

  async #poll(name: string, { signals, place, ended }: ScheduledPoll): Promise<void> {
    const { world, reports } = this.#parts;
    if (this.#reloading.isFileChanged()) await this.#reload();
    const account = this.#accountOf(name);
    if (account === undefined) return;
    const outcome = await runAccount(account, {
      world,
      emit: this.#hooks.emit,
      stateDir: this.#stateDir,
      config: this.#config,
      signals,
      line: reports.watched(name, place),
      wait: 0,
      readPrompt: this.#readPrompt,
      dryRun: false,
      // Whether it is paused is the scheduler's business here.
      named: true,
      ended,
    });
    this.#note(outcome);
    writeMetrics(this.#config, this.#stateDir, world, this.#hooks.emit);
  }

  #note({ account, result: { counts, failure } }: AccountOutcome): void {
    this.#totals.new += counts.new;
    this.#totals.bytes += counts.bytes;
    if (failure?.code !== 'interrupted') this.#failed.set(account, failure !== undefined);
  }

  #reopenAndReload(): void {
    const { reports } = this.#parts;
    const problem = reports.reopen();
    if (problem !== undefined)
      reports.emit({ type: 'run.reload', accounts: this.#names(), problem });
    // Never rejects.
    void this.#reload();
  }

  /** An invalid configuration changes nothing but a line in the report. */
  async #reload(): Promise<void> {
    const { reports } = this.#parts;
    const read = await this.#reloading.read();
    if (read.kind === 'config') {
      this.#config = read.config;
      this.#schedule();
      for (const name of this.#failed.keys())
        if (!this.#names().includes(name)) this.#failed.delete(name);
    }
    const problem = read.kind === 'config' ? {} : { problem: read.problem };
    reports.emit({ type: 'run.reload', accounts: this.#names(), ...problem });
  }

  #schedule(): void {
    for (const { name, ...account } of this.#accounts()) this.#tellPace(name, paceNotice(account));
    this.#scheduler.update(
      this.#accounts().map((account) => this.#scheduled(account)),
      this.#config,
    );
  }

  #tellPace(account: string, text: string | undefined): void {
    if (text === undefined || this.#paces.get(account) === text) return;
    this.#paces.set(account, text);
    this.#parts.reports.emit({ type: 'notice', account, text });
  }

  #scheduled(account: AccountConfig): ScheduledAccount {
    const { name, host, every } = account;
    return {
      name,
      host: serverKey(account),
      every,
      atLeast: demandedAt(host),
      settings: settingsDigest(account, this.#config.path),
      before: this.#polledBefore(account),
    };
  }

  /** By whomever; undefined where nobody did. */
  #polledBefore(account: AccountConfig): PollsBefore | undefined {
    const status = readStatus(this.#stateDir, account.name);
    const { lastPollAt, failing, refused, loginDelay = 0 } = status;
    if (lastPollAt === undefined) return undefined;
    const settings = settingsDigest(account, this.#config.path);
    return {
      ago: this.#parts.world.now() - lastPollAt,
      failures: failing === undefined ? 0 : failuresAfter(failing.count - 1, failing.code),
      refusals: refused?.settings === settings ? refused.count : 0,
      atLeast: loginDelay,
    };
  }

  #accountOf(name: string): AccountConfig | undefined {
    return this.#accounts().find((account) => account.name === name);
  }

  #accounts(): readonly AccountConfig[] {
    const { every } = this.#parts;
    const enabled = this.#config.accounts.filter((account) => account.enabled);
    return every === undefined ? enabled : enabled.map((account) => ({ ...account, every }));
  }

  #names(): readonly string[] {
    return this.#accounts().map(({ name }) => name);
  }

  /** It stays the same while the process runs: a moved state directory would be a second seen list. */
  get #stateDir(): string {
    const { global, world, loaded } = this.#parts;
    return stateDirectory(global.stateDir, loaded.config.stateDir, world.env, world.home);
  }
}
