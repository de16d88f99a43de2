import fs from 'node:fs';
import { Failure } from '../../errors.ts';
import {
  cleanEnvironment,
  type Environment,
  type User,
  workingDirectoryOf,
} from '../../util/environment.ts';
import { killGroup } from '../../util/process-group.ts';
import type { DeliveryOwner, Destination } from '../destination.ts';
import type { Agent, HandedOver, SpooledMessage, SpoolFolder } from '../spool/agent.ts';
import { Outcomes, type OutcomesLog } from '../spool/outcomes.ts';
import { spooled } from '../spool/spooled.ts';
import { Presence } from './presence.ts';
import { type Command, runnableWords } from './program.ts';
import { Round } from './round.ts';

export interface PipeSettings {
  readonly label: string;
  readonly command: Command;
  /** ms that the command may take for one message. */
  readonly timeout: number;
  /** Commands at once; 1 keeps the order. */
  readonly concurrency: number;
  /** When all was killed before the command's end was noted: give it the message again, or leave that to the user. */
  readonly ifUnsure: 'redeliver' | 'hold';
}

/** What the outside world is to a command. */
export interface PipeSurroundings {
  /** The account's own folder for messages on their way. */
  readonly spool: string;
  readonly env: Environment;
  readonly user: User;
  readonly hostname: string;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** A command (an MDA) that gets each message on stdin and says by its exit status whether it took it. */
export function pipe(
  settings: PipeSettings,
  owner: DeliveryOwner,
  surroundings: PipeSurroundings,
): Destination {
  const { spool: folder, hostname } = surroundings;
  const agent = new CommandAgent(settings, owner.account, surroundings);
  const { ifUnsure } = settings;
  return spooled(agent, { folder, hostname, ifUnsure }, owner);
}

class CommandAgent implements Agent {
  readonly label: string;
  readonly identity: string;
  readonly isMailServer = false;
  readonly #settings: PipeSettings;
  readonly #surroundings: PipeSurroundings;
  readonly #env: Readonly<Record<string, string>>;

  constructor(settings: PipeSettings, account: string, surroundings: PipeSurroundings) {
    this.label = settings.label;
    this.identity = JSON.stringify(settings.command);
    this.#settings = settings;
    this.#surroundings = surroundings;
    const { env, user } = surroundings;
    this.#env = { ...cleanEnvironment(env, user), POPFETCH_ACCOUNT: account };
  }

  async prepare({ folder, owner }: SpoolFolder): Promise<void> {
    this.#words();
    await new Presence(folder, owner).prepare();
  }

  async idle({ folder }: SpoolFolder, places: readonly string[]): Promise<void> {
    const { signal } = this.#surroundings;
    for (const owner of new Set(places.map((place) => place.split('.')[0] ?? ''))) {
      const presence = new Presence(folder, owner);
      if (await presence.gone(this.#settings.timeout, signal)) continue;
      const left = pidsOf(Outcomes.read(`${folder}/${owner}.outcomes`), places);
      for (const killing of ['SIGTERM', 'SIGKILL'] as const) {
        for (const pid of left) killGroup(pid, killing);
        if (await presence.gone(10_000, signal)) break;
        if (killing === 'SIGKILL') throw stillRunning(this.label);
      }
    }
  }

  async handOver(
    messages: readonly SpooledMessage[],
    outcomes: OutcomesLog,
    spool: SpoolFolder,
  ): Promise<readonly HandedOver[]> {
    const presenceFd = new Presence(spool.folder, spool.owner).open();
    const { timeout, concurrency, command, ifUnsure } = this.#settings;
    const round = new Round(messages, {
      outcomes,
      spool,
      concurrency,
      ifUnsure,
      isShellLine: 'line' in command,
      /** It was there before the mail was fetched; it may have gone since. */
      findProgram: () => this.#words(),
      runner: {
        words: this.#words(),
        env: this.#env,
        cwd: workingDirectoryOf(this.#surroundings.user),
        spoolFolder: spool.folder,
        outcomesFd: outcomes.fd,
        presenceFd,
        timeout,
        signal: this.#surroundings.signal,
      },
    });
    try {
      return (await round.run()).map((failure) => ({ failure }));
    } finally {
      if (presenceFd !== undefined) fs.closeSync(presenceFd);
    }
  }

  #words(): readonly string[] {
    return runnableWords(this.#settings.command, this.#env.PATH ?? '');
  }
}

function pidsOf(outcomes: Outcomes, places: readonly string[]): number[] {
  return places.flatMap((place) => {
    const outcome = outcomes.of(place);
    return outcome.state === 'started' && outcome.pid > 1 ? [outcome.pid] : [];
  });
}

function stillRunning(label: string): Failure {
  const reason = 'is still running for an earlier poll';
  return new Failure('deliver_temp', `${label} ${reason}`, { phase: 'deliver', reason });
}
