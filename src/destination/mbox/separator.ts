import fs from 'node:fs';

/**
 * What must stand behind the octets up to `size` so that a message can follow: an empty line is above each `From `
 * line but the first, and whoever wrote last may have left out that, or even the end of the line.
 */
export function separatorAt(fd: number, size: number): Uint8Array {
  const last = Buffer.alloc(Math.min(size, 2));
  fs.readSync(fd, last, 0, last.length, size - last.length);
  const end = last.toString('latin1');
  if (/^\n?\n?$/.test(end)) return Buffer.alloc(0);
  return Buffer.from(end.endsWith('\n') ? '\n' : '\n\n', 'latin1');
}
