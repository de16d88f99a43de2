import { DemoFolder } from '../../demo/demo-folder.ts';
import { indentedResult, indentedTrouble } from '../../demo/indented.ts';
import { DemoServer, demoHost } from '../../demo/pop3-server.ts';
import { lateMail, sampleMail } from '../../demo/sample-mail.ts';
import { Failure } from '../../errors.ts';
import { type Invocation, parseArguments } from '../args.ts';
import type { Output, World } from '../world.ts';
import { once } from './once.ts';

/**
 * `popfetch demo`: a POP3 server with made-up mail on this computer, and the real command against it. Resolves with 0
 * only if each step came out as it should, so it is the smoke test of every package too.
 */
export async function demo(
  { serve, port = 0 }: Pick<Extract<Invocation, { command: 'demo' }>, 'serve' | 'port'>,
  world: World,
): Promise<number> {
  await using server = await started(port);
  server.arrive(sampleMail());
  const folder = madeFolder(server.port);
  if (serve) return await serveUntilStopped(server, folder, world);
  return await new Demonstration(server, folder, world).show();
}

async function started(port: number): Promise<DemoServer> {
  try {
    return await DemoServer.start(port);
  } catch (thrown) {
    throw cannot('start the demo server', 'usage', thrown);
  }
}

function madeFolder(port: number): DemoFolder {
  try {
    return new DemoFolder(port);
  } catch (thrown) {
    throw cannot('make a folder for the demo', 'no_permission', thrown);
  }
}

function cannot(what: string, code: 'usage' | 'no_permission', thrown: unknown): Failure {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure(code, `cannot ${what}: ${why}`, {}, thrown);
}

async function serveUntilStopped(
  server: DemoServer,
  folder: DemoFolder,
  { stdout, onSignal }: World,
): Promise<number> {
  stdout.write(`A POP3 server with ${server.messages.length} sample messages listens on ${demoHost}:${server.port}; Ctrl-C stops it.
A configuration for it stands in ${folder.configFile}:

${folder.config}
Try: popfetch --once -c ${folder.configFile}
`);
  let stop: Disposable | undefined;
  await new Promise<void>((resolve) => {
    stop = onSignal(() => resolve());
  });
  stop?.[Symbol.dispose]();
  return 0;
}

interface Expectation {
  readonly status: number;
  /** Messages in the Maildir afterwards. */
  readonly stored: number;
  /** Messages retrieved, the broken one included. */
  readonly retrieved: number;
}

class Demonstration {
  readonly #server: DemoServer;
  readonly #folder: DemoFolder;
  readonly #world: World;
  readonly #problems: string[] = [];

  constructor(server: DemoServer, folder: DemoFolder, world: World) {
    this.#server = server;
    this.#folder = folder;
    this.#world = world;
  }

  async show(): Promise<number> {
    const { port, messages } = this.#server;
    this.#print('popfetch demo - everything below is real, on this computer only (127.0.0.1)');
    this.#print('');
    this.#print(
      `1. A POP3 server with ${messages.length} sample messages started on port ${port}.`,
    );
    this.#print('2. $ popfetch --once');
    await this.#fetch('2', { status: 0, stored: 12, retrieved: 12 });
    this.#print(
      '3. $ popfetch --once                       again: already seen messages are skipped',
    );
    await this.#fetch('3', { status: 0, stored: 12, retrieved: 0 });
    this.#print('4. Two messages arrive; the connection breaks in the middle of the second.');
    this.#server.arrive(lateMail());
    this.#server.cutRetrieval(2);
    this.#print('   $ popfetch --once');
    await this.#fetch('4', { status: 75, stored: 13, retrieved: 2 });
    this.#print('   $ popfetch --once                       nothing lost, nothing twice');
    await this.#fetch('4, second run', { status: 0, stored: 14, retrieved: 1 });
    return this.#end();
  }

  /** Runs the command as its command line would, and looks for itself at what came of it. */
  async #fetch(step: string, expected: Expectation): Promise<void> {
    const before = this.#server.retrievals;
    const commandLine = ['--once', '-c', this.#folder.configFile];
    const invocation = parseArguments(commandLine, {}, this.#world.version);
    if (invocation.command !== 'once') throw new TypeError('--once is the command once');
    const status = await once(invocation, {
      ...this.#world,
      argv: commandLine,
      env: {},
      stdout: indenting(this.#world.stdout, indentedResult, true),
      stderr: indenting(this.#world.stdout, indentedTrouble, false),
    });
    const compare = (what: string, actual: number, wanted: number) => {
      if (actual !== wanted)
        this.#problems.push(`step ${step}: ${what} ${actual} instead of ${wanted}`);
    };
    compare('exit status', status, expected.status);
    compare('messages retrieved', this.#server.retrievals - before, expected.retrieved);
    compare('messages in the Maildir', this.#folder.stored().length, expected.stored);
  }

  #end(): number {
    const stored = this.#folder.stored();
    const { messages } = this.#server;
    this.#print(
      `${stored.length} messages in the Maildir, ${messages.length} on the server. Look: ${this.#folder.maildir}/new/`,
    );
    const isOnce = ({ content }: { content: Buffer }) =>
      stored.filter((file) => endsWith(file, withLf(content))).length === 1;
    const astray = messages.filter((message) => !isOnce(message)).length;
    if (astray > 0)
      this.#problems.push(`${astray} of ${messages.length} messages not there exactly once`);
    for (const problem of this.#problems) this.#world.stderr.write(`demo FAIL  ${problem}\n`);
    return this.#problems.length === 0 ? 0 : 70;
  }

  #print(line: string): void {
    this.#world.stdout.write(`${line}\n`);
  }
}

/** The command's output goes where the demo's goes, below its step; nothing is written but whole lines. */
function indenting(to: Output, indented: (line: string) => string, isTTY: boolean): Output {
  return {
    isTTY,
    write: (text) => {
      for (const line of text.trimEnd().split('\n')) to.write(`${indented(line)}\n`);
    },
    writeOctets: (octets) => to.writeOctets(octets),
  };
}

/** A Maildir holds messages with LF line ends, below the trace lines of their way. */
function withLf(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function endsWith(file: Buffer, ending: Buffer): boolean {
  return file.subarray(-ending.length).equals(ending);
}
