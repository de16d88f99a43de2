import type { PollCounts } from '../events.ts';
import type { PollResult } from './poll.ts';

/** The counts of a poll while it runs. */
export class Tally {
  new = 0;
  bytes = 0;
  deleted = 0;
  skipped = 0;
  wanted = 0;
  onServer: number | undefined;
  onServerSize: number | undefined;
  /** Seconds between two logins, as the server wants it. */
  minimumInterval: number | undefined;

  /** What a poll achieved, whatever ended it. */
  result(): PollResult {
    const { minimumInterval } = this;
    return { counts: this.counts(), ...(minimumInterval !== undefined && { minimumInterval }) };
  }

  counts(): PollCounts {
    const { bytes, deleted, skipped, wanted, onServer, onServerSize } = this;
    return { new: this.new, bytes, deleted, skipped, wanted, onServer, onServerSize };
  }
}
