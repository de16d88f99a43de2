import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { demo } from '../../src/cli/commands/demo.ts';
import type { Output, World } from '../../src/cli/world.ts';
import { Failure } from '../../src/errors.ts';

/** A folder for temporary files, where the demo finds it. */
function temporaryFolder() {
  const before = process.env.TMPDIR;
  const path = mkdtempSync(join(tmpdir(), 'popfetch-test-'));
  process.env.TMPDIR = path;
  return {
    path,
    [Symbol.dispose]() {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(path, { recursive: true });
    },
  };
}

/** A world that keeps what it is told; `onLine` sees each line on its way. */
function worldWith({ onLine, onSignal }: { onLine?: (line: string) => void } & Partial<World>) {
  const told = { stdout: '', stderr: '' };
  const output = (stream: 'stdout' | 'stderr'): Output => ({
    isTTY: false,
    write: (text) => {
      onLine?.(text);
      told[stream] += text;
    },
    writeOctets: (octets) => {
      told[stream] += Buffer.from(octets).toString('latin1');
    },
  });
  const world: World = {
    argv: ['demo'],
    env: { POPFETCH_QUIET: '1' },
    stdout: output('stdout'),
    stderr: output('stderr'),
    stderrIsJournal: () => false,
    stdin: Readable.from([]),
    readPrompt: undefined,
    uid: process.geteuid?.(),
    home: '/nonexistent',
    program: ['node', 'popfetch'],
    version: '0.0.0',
    run: 'r1',
    now: Date.now,
    onSignal: onSignal ?? (() => ({ [Symbol.dispose]: () => undefined })),
    onRequest: () => ({ [Symbol.dispose]: () => undefined }),
  };
  return { told, world };
}

/** What differs from run to run put aside. */
function plain(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<tmp>')
    .replace(/port \d+/, 'port PORT')
    .replace(/ {2,}\d+\.\d s$/gm, '  TIME');
}

test('the demo shows four steps, and each comes out as it says', async () => {
  using folder = temporaryFolder();
  const { told, world } = worldWith({});
  const status = await demo({ serve: false, port: undefined }, world);
  assert.equal(told.stderr, '');
  assert.equal(
    plain(told.stdout, folder.path),
    `popfetch demo - everything below is real, on this computer only (127.0.0.1)

1. A POP3 server with 12 sample messages started on port PORT.
2. $ popfetch --once
   demo   12 new    38 kB  -> <tmp>/popfetch-demo/Maildir/  TIME
3. $ popfetch --once                       again: already seen messages are skipped
   demo   nothing new (12 on the server)  TIME
4. Two messages arrive; the connection breaks in the middle of the second.
   $ popfetch --once
   demo   FAIL  connection lost after 1 of 2 messages; the 1 is stored
   $ popfetch --once                       nothing lost, nothing twice
   demo   1 new      4 kB  -> <tmp>/popfetch-demo/Maildir/  TIME
14 messages in the Maildir, 14 on the server. Look: <tmp>/popfetch-demo/Maildir/new/
`,
  );
  assert.equal(status, 0);
  assert.equal(readdirSync(join(folder.path, 'popfetch-demo/Maildir/new')).length, 14);
});

test('a demo beside an older one takes a folder of its own', async () => {
  using folder = temporaryFolder();
  for (const run of [1, 2])
    assert.equal(await demo({ serve: false, port: undefined }, worldWith({}).world), 0, `${run}`);
  assert.equal(readdirSync(folder.path).length, 2);
});

test('a message that is gone from the Maildir makes the demo fail and say so', async () => {
  using folder = temporaryFolder();
  const { told, world } = worldWith({
    onLine: (line) => {
      if (!line.startsWith('4.')) return;
      const mail = join(folder.path, 'popfetch-demo/Maildir/new');
      rmSync(join(mail, readdirSync(mail)[0] ?? ''));
    },
  });
  assert.equal(await demo({ serve: false, port: undefined }, world), 70);
  assert.deepEqual(told.stderr.trimEnd().split('\n'), [
    'demo FAIL  step 4: messages in the Maildir 12 instead of 13',
    'demo FAIL  step 4, second run: messages in the Maildir 13 instead of 14',
    'demo FAIL  1 of 14 messages not there exactly once',
  ]);
});

test('demo --serve listens until it is stopped, and says how to use it', async () => {
  using folder = temporaryFolder();
  let stop: (() => void) | undefined;
  const { told, world } = worldWith({
    onSignal: (listener) => {
      stop = () => listener('SIGINT');
      return { [Symbol.dispose]: () => undefined };
    },
    onLine: (text) => {
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
      const client = connect(port, '127.0.0.1').once('data', (greeting) => {
        assert.match(greeting.toString(), /^\+OK /);
        client.destroy();
        stop?.();
      });
    },
  });
  assert.equal(await demo({ serve: true, port: undefined }, world), 0);
  const file = join(folder.path, 'popfetch-demo/demo.yaml');
  assert.ok(told.stdout.includes(`\n${readFileSync(file, 'utf8')}`));
  assert.ok(told.stdout.endsWith(`Try: popfetch --once -c ${file}\n`));
});

test('a port that cannot be listened on is a usage failure', async () => {
  await assert.rejects(
    demo({ serve: true, port: 65_536 }, worldWith({}).world),
    (thrown) => thrown instanceof Failure && thrown.code === 'usage',
  );
});
