import fs from 'node:fs';
import { writeFully } from '../durable/file.ts';

/**
 * Writes a text over that of a file, where the room that the file has already is enough: for a full disk, on which it
 * cannot be replaced. What is left of a longer text becomes blanks. Beware: a crash of the system can leave a mixture
 * of both. Returns whether it could.
 */
export function writtenInPlace(file: string, text: string): boolean {
  try {
    const fd = fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_NOFOLLOW);
    try {
      const { size, blocks } = fs.fstatSync(fd);
      const bytes = Buffer.from(text);
      if (bytes.length > Math.max(size, blocks * blockSize)) return false;
      writeFully(fd, Buffer.concat([bytes, Buffer.alloc(Math.max(size - bytes.length, 0), ' ')]));
      return true;
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** stat(2) counts in these. */
const blockSize = 512;
