// Runs popfetch and whichever other fetchers are installed side by side; `--help` tells how.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dovecotMissing, serverAccount, startDovecot } from '../test/support/dovecot.ts';
import { machine } from './machine.ts';
import { measured } from './measure.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { type Peer, peers, versionOf } from './peers.ts';
import { runScenario, usersOf } from './run.ts';
import { type Scenario, scenarios, shortened } from './scenarios.ts';
import { type Measured, median, tableOf } from './table.ts';
import { compileTools, type Tools } from './tools.ts';

const passwordOf = (user: string): string => `password-of-${user}`;

async function main(options: BenchOptions): Promise<void> {
  const missing = dovecotMissing();
  if (missing !== undefined) throw new Error(missing);
  const root = repository();
  const disk = mkdtempSync(join(tmpdir(), 'popfetch-bench-'));
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : disk, 'popfetch-bench-'));
  try {
    // As root's children the server and the fetchers are another user.
    for (const folder of [disk, memory]) chmodSync(folder, 0o711);
    const tools = compileTools(join(root, 'bench', 'native'), memory);
    const wanted = chosenScenarios(options);
    const versions = installed(options, popfetchVersion(root));
    const text = [
      ...machine([...versions.values()], await floor(tools, memory)),
      '',
      'Medians, seconds of the whole process. Every message was compared with what the server had.',
      '',
    ].join('\n');
    process.stdout.write(`${text}\n`);
    // The server's own files are to cost as little as they can.
    process.env.TMPDIR = memory;
    const users = Object.fromEntries(
      wanted.flatMap((scenario) => usersOf(scenario).map((user) => [user, passwordOf(user)])),
    );
    const tables: string[] = [];
    for (const scenario of wanted) {
      await using server = await startDovecot({ users });
      const result: Measured = await runScenario(scenario, {
        server,
        passwordOf,
        peers: [...versions.keys()],
        tools,
        account: serverAccount(),
        options,
        folders: { memory, disk },
        popfetch: join(root, 'bin', 'popfetch.cjs'),
      });
      tables.push(tableOf(result));
      process.stdout.write(`${tableOf(result)}\n`);
    }
    if (options.saveTo !== undefined)
      writeFileSync(options.saveTo, `${text}\n${tables.join('\n')}`);
  } finally {
    for (const folder of [disk, memory]) rmSync(folder, { recursive: true, force: true });
  }
}

function chosenScenarios({ scenarios: names, short }: BenchOptions): readonly Scenario[] {
  const chosen = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
  return short ? chosen.map(shortened) : chosen;
}

/** popfetch, and those of the others that are wanted and there, with their versions. */
function installed(options: BenchOptions, ownVersion: string): ReadonlyMap<Peer, string> {
  const found = new Map<Peer, string>();
  for (const peer of peers) {
    if (peer.name !== 'popfetch' && !options.peers.includes(peer.name)) continue;
    const version = versionOf(peer, ownVersion);
    if (version === undefined) process.stderr.write(`${peer.name} is not installed: left out\n`);
    else found.set(peer, version);
  }
  return found;
}

/** Seconds that Node needs to do nothing. */
async function floor(tools: Tools, home: string): Promise<number | undefined> {
  const limits = { account: serverAccount(), home, fsyncDelay: 0, timeout: 10_000 };
  const costs = [];
  for (let round = 0; round < 15; round++) {
    const cost = await measured([process.execPath, '-e', '0'], tools, limits);
    if (cost !== undefined) costs.push(cost);
  }
  return median(costs, 'wall');
}

function popfetchVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `popfetch ${version}`;
}

/** The compiled form lies at another depth than its source: look upwards. */
function repository(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

try {
  await main(readOptions(process.argv.slice(2)));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
