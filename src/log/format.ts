/** Octets for people, in decimal units: `900 B`, `4.3 kB`, `41 kB`, `1.9 MB`. */
export function formatSize(octets: number): string {
  let value = octets;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    const shown = unit !== 'B' && value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value);
    if (shown < 1000) return `${shown} ${unit}`;
    value /= 1000;
  }
  return `${Math.round(value * 10) / 10} TB`;
}

/** Milliseconds for people: `0.8 s` below a minute, above it the two largest units: `2 min 5 s`, `1 d 2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`;
  let rest = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of durationUnits) {
    const many = Math.floor(rest / seconds);
    rest -= many * seconds;
    if (many > 0) parts.push(`${many} ${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ');
}

const durationUnits = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A moment (ms since 1970) in local time: `09:10` today, `22 Nov 09:10` on another day than `now`. */
export function formatMoment(moment: number, now: number): string {
  const date = new Date(moment);
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.getDate()} ${months[date.getMonth()] ?? ''} ${time}`;
}

/** When a message was written, in local time and 12 columns: `22 Nov 06:51`, in another year ` 9 Nov  2019`. */
export function formatMessageDate(moment: number | undefined, now: number): string {
  if (moment === undefined) return '-'.padEnd(12);
  const date = new Date(moment);
  const day = `${String(date.getDate()).padStart(2)} ${months[date.getMonth()] ?? ''}`;
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const time = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  return `${day} ${(sameYear ? time : String(date.getFullYear())).padStart(5)}`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `1 message`, `3 messages`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
