import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What anybody, or anybody of the same user, can see of a running process. */
export function processOf(pid: number): string {
  try {
    const parts = ['cmdline', 'environ'].map((name) =>
      readFileSync(`/proc/${pid}/${name}`, 'latin1'),
    );
    return parts.join('\n').replaceAll('\0', ' ');
  } catch {
    return ''; // It has just ended.
  }
}

/** Every file below a folder, its name above its content; by its name a file may be left out. */
export function contentsBelow(folder: string, but?: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== but)
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`);
}
