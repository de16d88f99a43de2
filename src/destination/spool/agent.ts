import type { Failure } from '../../errors.ts';
import type { OutcomesLog } from './outcomes.ts';

/** A message whose whole content is in a file of its own, with LF line ends. */
export interface SpooledMessage {
  readonly uid: string;
  /** Names it in the outcomes. */
  readonly place: string;
  readonly path: string;
  /** Octets of the file, and how many of them are trace lines at its beginning. */
  readonly fileSize: number;
  readonly traceLength: number;
  /** 1, or more when it may have been handed over before. */
  readonly attempt: number;
  /** Of several recipients, those who have it: they get it no more. */
  readonly already: readonly string[];
}

/** How it went: well, without a failure. */
export interface HandedOver {
  readonly failure: Failure | undefined;
  /** Of several recipients, those who have it now, where not all do. */
  readonly parts?: readonly string[];
}

/** The private folder of an account's destinations, and the beginning of all names there that are this agent's. */
export interface SpoolFolder {
  readonly folder: string;
  readonly owner: string;
}

/** Whoever takes spooled messages over: a command, a mail server. */
export interface Agent {
  /** For people. */
  readonly label: string;
  /** What makes it another destination when it changes. */
  readonly identity: string;
  /** Whether it delivers as a mail server does, with trace lines of its own. */
  readonly isMailServer: boolean;
  /** Throws a Failure where no message could be handed over. */
  prepare(spool: SpoolFolder): Promise<void>;
  /** Resolves when nothing of an earlier run is still handing over `places`. */
  idle(spool: SpoolFolder, places: readonly string[]): Promise<void>;
  /**
   * Hands the messages over and notes in `outcomes` when each begins and how it ended. Tells of each, in their order;
   * the failure is `interrupted` where it is not known yet.
   */
  handOver(
    messages: readonly SpooledMessage[],
    outcomes: OutcomesLog,
    spool: SpoolFolder,
  ): Promise<readonly HandedOver[]>;
}
