/** One message of a scan listing. */
export interface MessageRef {
  /** The unique-id: an opaque string (octets as latin1) outside its source folder. */
  readonly uid: string;
  /** Counts from 1, and only within one session (RFC 1939 §4). Never stored. */
  readonly number: number;
  /** Octets as listed. Real servers are 10 % off: for progress and limits only, never to size a buffer. */
  readonly size: number;
}

/** A message on its way in. Its content can be read once, and must be before the next message is asked for. */
export interface RetrievedMessage {
  readonly ref: MessageRef;
  /** Octets as sent, CRLF line ends, un-stuffed. The slices are views: use them up or copy before the next one. */
  readonly content: Content;
}

/** Can be read once, by `take` and iterating in any mixture. */
export interface Content extends AsyncIterable<Uint8Array> {
  /**
   * The next slice if it is here already, 'end' behind the last; undefined: iterate, to wait for it. Most messages are
   * here wholly when they are asked for, and a promise for each slice costs more than its octets.
   */
  readonly take?: () => Uint8Array | 'end' | undefined;
  /**
   * Told at the end: the messages from this one on may be pieces of messages, or others than they are taken for. What was
   * in doubt before is so no more as soon as a message tells of another first one, or of none, and at the orderly end of
   * the retrieval.
   */
  readonly doubtedSince?: MessageRef | undefined;
}

/** What is known of how the message came to us; the trace lines are made from it. */
export interface Envelope {
  readonly account: string;
  /** Host that it was fetched from. */
  readonly host: string;
  /** Login at that host; undefined keeps it out of the trace lines. */
  readonly user: string | undefined;
  /** Whose mail it is: the account's address, or its login; undefined keeps it out of the trace lines. */
  readonly recipient?: string;
  /** When the poll retrieved it. */
  readonly receivedAt: Date;
  /** How it came, for the `with` of `Received:` (RFC 3848 style): 'POP3' or 'POP3S'. */
  readonly protocol: string;
  /** false: the message is delivered octet for octet, nothing is put above it. */
  readonly trace: boolean;
  /** Of several destinations, those which have it: they get it no more. */
  readonly already?: readonly string[];
  /** Why the destination refused it for good: it goes into quarantine, with this above it. */
  readonly rejected?: string;
}
