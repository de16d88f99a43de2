import type { Failure, Phase } from '../errors.ts';
import type { HeaderPrint } from '../mail/fingerprint.ts';
import type { MessageRef, RetrievedMessage } from '../mail/message.ts';

/** A unique-id listing joined with its scan listing. */
export interface Listing {
  readonly messages: readonly MessageRef[];
  /** Messages in the maildrop by the drop listing (STAT); more than `messages` when the server lists a part. */
  readonly count: number;
  /** Octets in the maildrop by the drop listing. */
  readonly size: number;
  /** Whether a unique-id that is absent here has left the maildrop: every message was listed, with its unique-id. */
  readonly complete: boolean;
  /** Where unique-ids do not name every message; absent where they do. */
  readonly oddities?: ListingOddities;
}

/** What a server's unique-ids leave open. Messages that their headers tell apart have identities made of these. */
export interface ListingOddities {
  /** Listed without a unique-id, told apart by their headers. */
  readonly unnamed: number;
  /** Listed with the unique-id of another, told apart by their headers. */
  readonly shared: number;
  /** Neither unique-id nor header: left out. */
  readonly unknown: number;
  /** Nothing tells any message from another: the identities hold for this session only. */
  readonly nameless: boolean;
}

/** What became of one retrieval: the message, or the server's refusal of this message alone. */
export type Retrieval =
  | ({ readonly kind: 'message' } & RetrievedMessage)
  | {
      readonly kind: 'refused';
      readonly ref: MessageRef;
      readonly serverSaid: string;
      /** Set where the message is known to be there: it has not merely left the maildrop. */
      readonly failure?: Failure;
    };

export interface SourceAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: 'on' | 'starttls' | 'off';
}

/** One maildrop. */
export interface MailSource {
  readonly address: SourceAddress;
  /** Connects and logs in. Every wait in it ends at the account's time-out or when the signal fires. */
  open(context: SessionContext): Promise<SourceSession>;
}

/** Hears how a session waits for its server: whether it gets on. */
export interface LineWatch {
  /** It waits from now on. */
  waits(): void;
  /** So many octets have come; a wait is over. */
  received(octets: number): void;
}

/** What a session finds out about its server before it is asked for anything. */
export type ServerFact =
  | {
      readonly kind: 'tls';
      /** `TLSv1.3` */
      readonly version: string;
      /** Undefined where the server shows none. */
      readonly certificate: ServerCertificate | undefined;
    }
  /** Lines of CAPA; none where the server has no such command. */
  | {
      readonly kind: 'capabilities';
      readonly isAfterLogin: boolean;
      readonly lines: readonly string[];
    }
  | { readonly kind: 'login'; readonly method: string };

/** As far as people want to know it; its texts are not made safe for a terminal. Times are ms since 1970. */
export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: number;
  readonly validTo: number;
}

export interface SessionContext {
  /** Fires when the session must end now; the line is dropped. */
  readonly signal: AbortSignal;
  /** Told as the session enters each phase. */
  readonly onPhase?: (phase: Exclude<Phase, 'deliver' | 'state'>) => void;
  readonly onFact?: ((fact: ServerFact) => void) | undefined;
  /** Told each protocol line, secrets already replaced by `***`. Not called for message content. */
  readonly onTranscript?: (direction: 'sent' | 'received', line: string) => void;
  readonly line?: LineWatch | undefined;
}

/**
 * A session in TRANSACTION state. Disposing drops the line, after which the server removes nothing (RFC 1939 §6);
 * only `quit` makes deletions count.
 */
export interface SourceSession extends AsyncDisposable {
  /**
   * The server may remove at QUIT what was merely retrieved (EXPIRE 0, RFC 2449 §6.7; Gmail does). After a message was
   * retrieved and not stored, such a session must end without QUIT.
   */
  readonly retrievalRemoves: boolean;
  /** Seconds that the server wants between two logins (LOGIN-DELAY, RFC 2449 §6.5). */
  readonly loginDelay?: number | undefined;
  /** Days that the server keeps what is left on it (EXPIRE, RFC 2449 §6.7). */
  readonly expireDays?: number | undefined;
  /** `isShared` tells of which unique-ids the store knows that several messages bore them. */
  list(isShared?: (uid: string) => boolean): Promise<Listing>;
  /** The header's print for each message, in order; undefined where the server refuses TOP. Changes nothing there. */
  headers(refs: readonly MessageRef[]): Promise<readonly (HeaderPrint | undefined)[]>;
  /**
   * Gives each message's header as it stands (TOP), with the empty line behind it or without; undefined where the server
   * refuses. Several commands ahead where the server allows it; none is kept. Changes nothing there.
   */
  eachHeader(
    refs: readonly MessageRef[],
    take: (ref: MessageRef, header: Uint8Array | undefined) => void,
  ): Promise<void>;
  /**
   * Retrieves these messages in this order, several commands ahead where the server allows it. When `stop` fires no
   * further message is asked for; those already on their way still come. That the next element (or the end) arrives
   * confirms the one before: its terminator was followed by a well-formed reply. A failure with code `protocol`
   * instead means that the last message may be torn and must not be recorded.
   */
  retrieve(refs: readonly MessageRef[], stop: AbortSignal): AsyncIterable<Retrieval>;
  /** Header and the first lines of the body (TOP). Changes nothing at the server. */
  peek(ref: MessageRef, bodyLines: number): Promise<Uint8Array>;
  /** Queues a deletion; the answers are collected by `quit`. */
  delete(ref: MessageRef): void;
  /** Ends the session in order. Resolves when the server confirmed: only then have deletions happened. */
  quit(): Promise<QuitOutcome>;
}

export interface QuitOutcome {
  readonly deleted: readonly MessageRef[];
  /** Messages whose deletion the server refused, with its words. */
  readonly refused: readonly { readonly ref: MessageRef; readonly serverSaid: string }[];
}
