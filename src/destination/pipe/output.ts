import fs from 'node:fs';
import path from 'node:path';

/** Octets that are kept of each stream: its end says what went wrong. */
const mostKept = 8 * 1024;
/** ms between two looks at what a running command wrote. */
const lookEvery = 25;

/**
 * What commands write to stdout and stderr. These are files and no pipes: a command that outlives popfetch must not die
 * of writing to nobody, and one that leaves a child behind must not keep us waiting. They are cut back while a
 * command writes without end.
 */
export class Output implements Disposable {
  readonly stdout: Capture;
  readonly stderr: Capture;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, name: string) {
    this.stdout = new Capture(path.join(folder, `${name}.out`));
    this.stderr = new Capture(path.join(folder, `${name}.err`));
  }

  /** A command begins: nothing of the one before is left. */
  begin(): void {
    this.stdout.clear();
    this.stderr.clear();
    this.#timer = setInterval(() => {
      this.stdout.cutBack();
      this.stderr.cutBack();
    }, lookEvery);
  }

  /** It ended: its last line, of stderr rather than of stdout; undefined where it was silent. */
  end(): string | undefined {
    clearInterval(this.#timer);
    return this.stderr.lastLine() ?? this.stdout.lastLine();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.stdout.close();
    this.stderr.close();
  }
}

class Capture {
  readonly fd: number;
  #end = '';

  constructor(file: string) {
    // What outlived an earlier run keeps its own file.
    fs.rmSync(file, { force: true });
    const { O_RDWR, O_APPEND, O_CREAT, O_EXCL } = fs.constants;
    this.fd = fs.openSync(file, O_RDWR | O_APPEND | O_CREAT | O_EXCL, 0o600);
    fs.rmSync(file, { force: true });
  }

  clear(): void {
    this.#end = '';
    if (fs.fstatSync(this.fd).size > 0) fs.ftruncateSync(this.fd);
  }

  /** Writers append, so what comes next begins at the front again. */
  cutBack(): void {
    const { size } = fs.fstatSync(this.fd);
    if (size <= 8 * mostKept) return;
    this.#end = this.#tail(size);
    fs.ftruncateSync(this.fd);
  }

  lastLine(): string | undefined {
    const { size } = fs.fstatSync(this.fd);
    const text = this.#end + this.#tail(size);
    if (size > 0) fs.ftruncateSync(this.fd);
    const line = text.slice(-mostKept).trimEnd().split('\n').at(-1)?.trim();
    return line === '' ? undefined : line;
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  #tail(size: number): string {
    const length = Math.min(size, mostKept);
    const bytes = Buffer.alloc(length);
    const read = length === 0 ? 0 : fs.readSync(this.fd, bytes, 0, length, size - length);
    return bytes.toString('utf8', 0, read);
  }
}
