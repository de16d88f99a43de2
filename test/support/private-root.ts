import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Certificates, makeCertificates } from './dovecot-certificates.ts';
import { freePorts } from './dovecot-ports.ts';

export interface PrivateRootOptions {
  /** Folder of scripts/fetch-servers.sh. */
  readonly packages: string;
  /** Login name → password of the system users that exist inside. */
  readonly users: Readonly<Record<string, string>>;
  /** Files inside, by absolute path; mode 0600 unless they are to be executed. */
  readonly files: (ports: readonly number[]) => Readonly<Record<string, string>>;
  /** Shell script that runs the server in the foreground. */
  readonly start: (ports: readonly number[]) => string;
  readonly ports: number;
}

/** A server that sees its own /etc, /run and /var/mail over this system's files, and nothing that happens there stays. */
export interface PrivateRoot extends AsyncDisposable {
  readonly ports: readonly number[];
  /** What is /var/mail inside. */
  readonly mail: string;
  /** Inside: /etc/server.crt and /etc/server.key, both in /etc/server.pem. */
  readonly certificates: Certificates;
  log(): string;
}

/** The user id of each user inside; the group is mail, as in Debian. */
const mailGroup = 8;
const firstUser = 2001;

export function ownerOf(users: Readonly<Record<string, string>>, user: string) {
  return { uid: firstUser + Object.keys(users).indexOf(user), gid: mailGroup };
}

/** Why the server of these packages cannot be started here, as the reason of a skipped test. */
export function privateRootMissing(packages: string): string | undefined {
  if (process.platform !== 'linux') return 'the tests against real servers need Linux';
  if (!existsSync(packagesFolder(packages)))
    return `${packages} is not there; on Debian: sh scripts/fetch-servers.sh`;
  if (process.getuid?.() !== 0) return 'only root may give a server a root folder of its own';
  const probe = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']);
  return probe.status === 0 ? undefined : 'unshare(1) may not make namespaces here';
}

/** Starts in well under a second. Beware: check `privateRootMissing` first. */
export async function startInPrivateRoot(options: PrivateRootOptions): Promise<PrivateRoot> {
  const folder = await mkdtemp(join(tmpdir(), 'popfetch-server-'));
  try {
    mkdirSync(join(folder, 'mail'));
    chmodSync(join(folder, 'mail'), 0o1777);
    const certificates = makeCertificates(folder);
    return await startOnFreePorts(folder, certificates, options);
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** The mounts are seen by the server alone and end with it. */
const enter = `set -e
mkdir layer && mount -t tmpfs tmpfs layer && cd layer
mkdir upper work root && chmod 755 . upper root
cp -a "$1/." upper/ && cp -a ../files/. upper/
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount --rbind /dev root/dev && mount -t proc proc root/proc && mount -t tmpfs tmpfs root/run
mkdir -p root/var/mail && mount --bind ../mail root/var/mail
exec chroot root /bin/sh -e /start
`;

async function startOnFreePorts(
  folder: string,
  certificates: Certificates,
  options: PrivateRootOptions,
): Promise<PrivateRoot> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = await freePorts(options.ports);
    writeFiles(join(folder, 'files'), certificates, options, ports);
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
    const packages = packagesFolder(options.packages);
    const child = spawn('unshare', [...namespaces, 'sh', '-c', enter, 'sh', packages], {
      cwd: folder,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const output of [child.stdout, child.stderr])
      output.on('data', (chunk) => {
        log += String(chunk);
      });
    const listening = await Promise.all(ports.map((port) => listens(child, port)));
    if (listening.every(Boolean)) {
      const dispose = () => stop(child, folder);
      const mail = join(folder, 'mail');
      return { ports, mail, certificates, log: () => log, [Symbol.asyncDispose]: dispose };
    }
    if (child.exitCode === null) kill(child);
    // Somebody may have taken a port since it was seen free.
    if (attempt === 3) throw new Error(`the server does not start: ${log}`);
    await rm(join(folder, 'layer'), { recursive: true, force: true });
  }
}

function writeFiles(
  root: string,
  certificates: Certificates,
  { users, files, start }: PrivateRootOptions,
  ports: readonly number[],
): void {
  const own: Record<string, string> = {
    ...accountFiles(users),
    ...files(ports),
    '/start': start(ports),
  };
  for (const [path, text] of Object.entries(own)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    const secret = path.endsWith('shadow');
    writeFileSync(file, text, { mode: secret ? 0o600 : 0o644 });
  }
  cpSync(certificates.certificateFile, join(root, 'etc/server.crt'));
  cpSync(certificates.keyFile, join(root, 'etc/server.key'));
  const both = [certificates.keyFile, certificates.certificateFile].map((file) =>
    readFileSync(file, 'utf8'),
  );
  // A throw-away key, which Courier reads with the rights of its own user.
  writeFileSync(join(root, 'etc/server.pem'), both.join(''));
}

function accountFiles(users: Readonly<Record<string, string>>): Record<string, string> {
  const system = ['root:x:0:0::/root:/bin/sh', 'nobody:x:65534:65534::/nonexistent:/bin/false'];
  const daemons = ['courier', 'popa3d'].map(
    (name, index) => `${name}:x:${990 + index}:${990 + index}::/:/bin/false`,
  );
  const people = Object.keys(users).map((name) => {
    const { uid, gid } = ownerOf(users, name);
    return `${name}:x:${uid}:${gid}::${homeOf(name)}:/bin/sh`;
  });
  const secrets = Object.entries(users).map(
    ([name, password]) => `${name}:${crypted(password)}:19000:0:99999:7:::`,
  );
  const groups = ['root:x:0:', 'mail:x:8:', 'nogroup:x:65534:', 'courier:x:990:', 'popa3d:x:991:'];
  return {
    '/etc/passwd': lines([...system, ...daemons, ...people]),
    '/etc/group': lines(groups),
    '/etc/shadow': lines(['root:*:19000:0:99999:7:::', ...secrets]),
  };
}

/** Inside. */
export function homeOf(user: string): string {
  return `/var/mail/home/${user}`;
}

function crypted(password: string): string {
  const run = spawnSync('openssl', ['passwd', '-6', '-stdin'], {
    input: password,
    encoding: 'utf8',
  });
  return run.stdout.trim();
}

export function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function packagesFolder(name: string): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(process.env.POPFETCH_SERVERS ?? join(cache, 'popfetch-servers'), name);
}

/** Resolves to false when the server ended instead. */
async function listens(child: ChildProcess, port: number): Promise<boolean> {
  for (let waited = 0; waited < 10_000 && child.exitCode === null; waited += 20) {
    const socket = connect({ host: '127.0.0.1', port });
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return true;
    await delay(20);
  }
  return false;
}

/** The first process inside takes all others with it; unshare ends when it has. */
function kill({ pid }: ChildProcess): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const inside of children) if (inside !== '') process.kill(Number(inside), 'SIGKILL');
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    kill(child);
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
