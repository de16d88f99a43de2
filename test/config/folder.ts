import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder that goes away with its scope. */
export class Folder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'popfetch-config-')));

  /** Writes a file below it, only for its owner unless told otherwise; gives its full name. */
  write(name: string, text: string | Uint8Array, mode = 0o600): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
