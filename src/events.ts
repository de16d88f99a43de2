import type { Failure, Phase } from './errors.ts';

export type MessageAction =
  | 'delivered'
  | 'skipped'
  | 'rejected'
  | 'deleted'
  /** Refused for good once too often, and put aside. */
  | 'quarantined'
  | 'would_deliver'
  | 'would_delete'
  | 'would_skip';

/** Counts of one account's poll. */
export interface PollCounts {
  /** New messages that are stored now. */
  readonly new: number;
  /** Octets of those. */
  readonly bytes: number;
  readonly deleted: number;
  /** New messages left on the server on purpose: too large, over the limit, refused by the server. */
  readonly skipped: number;
  /** New messages that the plan wanted. */
  readonly wanted: number;
  /** Messages on the server when the poll ended; undefined where it never got so far. */
  readonly onServer: number | undefined;
  readonly onServerSize: number | undefined;
}

/** Failing since, and how often in a row; kept by the account's status file. */
export interface FailingSince {
  readonly since: number;
  readonly count: number;
}

/** What the core tells; reporters (log/) put it into words. */
export type PopfetchEvent =
  | {
      readonly type: 'run.start';
      readonly version: string;
      readonly accounts: readonly string[];
      readonly dryRun: boolean;
    }
  | {
      readonly type: 'account.start';
      readonly account: string;
      readonly host: string;
      readonly port: number;
      readonly tls: 'on' | 'starttls' | 'off';
    }
  | { readonly type: 'account.phase'; readonly account: string; readonly phase: Phase }
  | {
      readonly type: 'account.list';
      readonly account: string;
      readonly messages: number;
      readonly size: number;
      readonly new: number;
      readonly newSize: number;
    }
  | {
      readonly type: 'message';
      readonly account: string;
      readonly action: MessageAction;
      readonly uid: string;
      readonly number: number;
      readonly size: number;
      readonly destination?: string;
      readonly path?: string;
      readonly sha256?: string;
      readonly messageId?: string;
      /** From its first octet until it was safely stored. */
      readonly durationMs?: number;
      readonly reason?: string;
      /** It leaves the server as it was stored in the same poll, and nothing had to be planned for it. */
      readonly justStored?: true;
      /** The last line that a command wrote about it. */
      readonly output?: string;
    }
  /** A message that was looked at on the server. Its text is as it came: decoded, not made safe for a terminal. */
  | {
      readonly type: 'peek';
      readonly account: string;
      readonly uid: string;
      readonly number: number;
      readonly size: number;
      /** Whether a poll would fetch it. */
      readonly isNew: boolean;
      readonly from: { readonly name: string; readonly address: string };
      readonly subject: string;
      /** ms since 1970; undefined where the message has no readable date. */
      readonly date: number | undefined;
      /** The first lines of its text. */
      readonly lines: readonly string[];
    }
  | {
      readonly type: 'transcript';
      readonly account: string;
      readonly direction: 'sent' | 'received';
      readonly line: string;
    }
  /** Something to look at that concerns no account. */
  | { readonly type: 'run.notice'; readonly text: string }
  /** Something to look at that did not stop the account. */
  | { readonly type: 'notice'; readonly account: string; readonly text: string }
  | {
      readonly type: 'account.end';
      readonly account: string;
      readonly destination: string;
      readonly counts: PollCounts;
      readonly durationMs: number;
      readonly dryRun: boolean;
      readonly failure?: Failure;
      readonly failing?: FailingSince;
      /** What to announce under `--quiet`: edges only. */
      readonly announce?: Announcement;
      /** Nothing was to be fetched, only the retention applied. */
      readonly onlyPrune?: boolean;
      /** When the scheduler polls it next, ms since 1970. */
      readonly nextPoll?: number;
    }
  /** A hook has ended. */
  | {
      readonly type: 'hook';
      readonly account: string;
      readonly hook: HookName;
      readonly durationMs: number;
      /** The last line that it wrote, safe to print. */
      readonly output?: string;
      /** Why it did not do its work: `exited 1`, `did not end within 30 s`. */
      readonly problem?: string;
    }
  /** The configuration was read again while running; with `problem` the old one stays. */
  | { readonly type: 'run.reload'; readonly accounts: readonly string[]; readonly problem?: string }
  | {
      readonly type: 'run.end';
      readonly exitCode: number;
      readonly accountsOk: number;
      readonly accountsFailed: readonly string[];
      readonly new: number;
      readonly bytes: number;
      readonly durationMs: number;
      readonly dryRun: boolean;
    };

/** An edge of an account's health, for `--quiet` and hooks. */
export type Announcement =
  | { readonly kind: 'failed' }
  | { readonly kind: 'still-failing'; readonly since: number; readonly count: number }
  | { readonly kind: 'recovered'; readonly since: number; readonly count: number };

/** When a command of the user's is run. */
export type HookName = 'newMail' | 'failure' | 'recovered';

export type Emit = (event: PopfetchEvent) => void;
