/** Longer ones are no address; readers have small buffers for this line. */
const longestSender = 256;

/**
 * The line that begins a message in an mbox, its line end included: `From SENDER Www Mmm dd hh:mm:ss yyyy`, in UTC. No
 * blank is in the sender, and nothing but ASCII: Python's mailbox refuses the whole file otherwise.
 */
export function fromLine(sender: string, date: Date): Uint8Array {
  const safe = sender.slice(0, longestSender).replace(/[^\x21-\x7e]/g, '-');
  return Buffer.from(`From ${safe || 'MAILER-DAEMON'} ${asctime(date)}\n`, 'latin1');
}

/** asctime(3): the day is padded with a blank. */
function asctime(date: Date): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = date
    .toUTCString()
    .split(/,? /);
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}
