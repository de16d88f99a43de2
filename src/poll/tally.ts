import type { PollCounts } from '../events.ts';

/** The counts of a poll while it runs. */
export class Tally {
  new = 0;
  bytes = 0;
  deleted = 0;
  skipped = 0;
  wanted = 0;
  onServer: number | undefined;
  onServerSize: number | undefined;

  counts(): PollCounts {
    const { bytes, deleted, skipped, wanted, onServer, onServerSize } = this;
    return { new: this.new, bytes, deleted, skipped, wanted, onServer, onServerSize };
  }
}
