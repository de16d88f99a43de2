import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** Done in turn, each as soon as its text has come behind the one before. */
export interface TerminalStep {
  readonly expect: string;
  readonly send?: string;
  readonly columns?: number;
}

export interface TerminalRun {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly steps?: readonly TerminalStep[];
  /** Seconds after which it is killed. */
  readonly timeout?: number;
}

export interface TerminalResult {
  readonly output: string;
  /** 128 + signal where one ended it. */
  readonly status: number;
}

/** Why there is no terminal for tests here, as the reason of a skipped test. */
export const noTerminal: string | false =
  spawnSync('python3', ['-c', 'import pty']).status === 0
    ? false
    : 'python3 is not installed; on Debian: apt-get install python3';

/** Runs programs on real terminals, one after the other, with one helper for all of them. */
export class Terminals implements Disposable {
  readonly #driver: ChildProcessWithoutNullStreams = spawn('python3', ['-u', '-c', driver]);
  readonly #lines: Interface = createInterface({ input: this.#driver.stdout });

  async run(request: TerminalRun): Promise<TerminalResult> {
    const answer = once(this.#lines, 'line');
    const env = { TERM: 'xterm', LANG: 'C.UTF-8', ...request.env };
    const { columns = 80, rows = 24, steps = [], timeout = 20 } = request;
    const whole = { ...request, env, columns, rows, steps, timeout };
    this.#driver.stdin.write(`${JSON.stringify(whole)}\n`);
    const [line] = (await answer) as [string];
    return JSON.parse(line) as TerminalResult;
  }

  [Symbol.dispose](): void {
    this.#driver.stdin.end();
  }
}

const driver = `
import sys, json, os, pty, select, struct, fcntl, termios, time, signal
for line in sys.stdin:
    r = json.loads(line)
    size = lambda columns: struct.pack('HHHH', r['rows'], columns, 0, 0)
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size(r['columns']))
        os.chdir(r['cwd'])
        os.execvpe(r['argv'][0], r['argv'], r['env'])
    out, mark, end = b'', 0, time.time() + r['timeout']
    while True:
        if time.time() > end:
            os.kill(pid, signal.SIGKILL)
        while r['steps'] and out.find(r['steps'][0]['expect'].encode(), mark) >= 0:
            step = r['steps'].pop(0)
            mark = out.find(step['expect'].encode(), mark) + len(step['expect'])
            if 'columns' in step:
                fcntl.ioctl(fd, termios.TIOCSWINSZ, size(step['columns']))
                os.kill(pid, signal.SIGWINCH)
            os.write(fd, step.get('send', '').encode())
        if select.select([fd], [], [], 0.02)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                data = b''
            if not data:
                break
            out += data
    os.close(fd)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps({'output': out.decode('utf8', 'replace'), 'status': code if code >= 0 else 128 - code}))
`;

/** What a person sees at the end: the lines of a terminal of this width, without what was cleared. Colors are left out. */
export function screenOf(output: string, columns = 80): string[] {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  const parts = output.matchAll(/\u001b\[\??(\d*)([A-Za-z])|[\s\S]/gu);
  for (const [text, count = '', command] of parts) {
    if (command === 'A') row = Math.max(row - Number(count || 1), 0);
    else if (command === 'B') row += Number(count || 1);
    else if (command === 'D') column = Math.max(column - Number(count || 1), 0);
    else if (command === 'G') column = Number(count || 1) - 1;
    else if (command === 'K') lines[row] = [];
    else if (command === 'J') {
      lines.length = row + 1;
      lines[row]?.splice(column);
    } else if (command !== undefined) continue;
    else if (text === '\r') column = 0;
    else {
      if (text === '\n' || column === columns) {
        // In its usual mode a terminal returns to the first column with each line feed.
        row += 1;
        column = 0;
      }
      lines[row] ??= [];
      const line = lines[row];
      if (text !== '\n' && line !== undefined) line[column++] = text;
    }
  }
  const shown = lines.map((line) =>
    Array.from(line, (one) => one ?? ' ')
      .join('')
      .trimEnd(),
  );
  while (shown.at(-1) === '') shown.pop();
  return shown;
}
