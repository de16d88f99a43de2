import { chmodSync, readlinkSync, writeFileSync } from 'node:fs';
import type { StopSignal } from '../../src/cli/world.ts';
import { type Call, errno, type Fault } from '../durable/faulty-fs.ts';
import type {
  MaildropFaults,
  MaildropOptions,
  MaildropServer,
} from '../support/maildrop-server.ts';
import type { PopfetchHome } from '../support/run-popfetch.ts';

/** How a row of the table of exit statuses comes about. */
export interface ExitScene {
  readonly name: string;
  readonly status: number;
  /** With `--exit-codes fetchmail`. */
  readonly fetchmail: number;
  /** What is run instead of --once; the runs before the last one only lead up to it. */
  readonly runs?: readonly (readonly string[])[];
  readonly server?: Omit<MaildropOptions, 'messages'>;
  /** Keys of the account. */
  readonly account?: (server: MaildropServer, home: PopfetchHome) => object;
  /** Keys of the configuration. */
  readonly config?: object;
  readonly arrange?: (home: PopfetchHome) => void;
  /** What the disk does instead of what it is told. */
  readonly disk?: (call: Call) => Fault;
  /** Comes when the server was reached. */
  readonly signal?: StopSignal;
}

const once = ['--once'];
const faulty = (faults: MaildropFaults) => ({ server: { faults } });
const answers = (line: string) => faulty({ answers: { PASS: line, AUTH: line } });
const pipe = (status: number) => () => ({ deliver: { pipe: ['/bin/sh', '-c', `exit ${status}`] } });

/** Each system call of this kind on a file below a folder of this name ends so. */
function broken(effects: readonly Call['effect'][], folder: string, code: string) {
  return ({ effect, on }: Call): Fault => {
    if (!effects.includes(effect)) return 'none';
    const path = typeof on === 'number' ? readlinkSync(`/proc/self/fd/${on}`) : String(on);
    return path.includes(`/${folder}/`) ? errno(code) : 'none';
  };
}
const syncs = ['fsync', 'fdatasync'] as const;
const writes = ['writeSync'] as const;

/** Each row of SPEC 4, more than once where it has more than one number for fetchmail. */
export const exitScenes: readonly ExitScene[] = [
  { name: 'mail was delivered', status: 0, fetchmail: 0 },
  { name: 'nothing was new', status: 0, fetchmail: 1, runs: [once, once] },
  {
    name: 'nothing was new, --fail-on-empty',
    status: 1,
    fetchmail: 1,
    runs: [once, ['--once', '--fail-on-empty']],
  },
  {
    name: 'nothing was new, check --exit-code',
    status: 1,
    fetchmail: 1,
    runs: [once, ['check', '--exit-code']],
  },
  { name: 'a mistyped option', status: 64, fetchmail: 5, runs: [['--once', '--nonsense']] },
  {
    name: 'an account that is not there',
    status: 64,
    fetchmail: 5,
    runs: [['--once', 'nobody']],
  },
  { name: 'refused for good', status: 65, fetchmail: 10, account: pipe(65) },
  { name: 'a message that is not stored here', status: 65, fetchmail: 10, runs: [['verify']] },
  {
    name: 'a problem that lasts',
    status: 69,
    fetchmail: 2,
    ...answers('-ERR [SYS/PERM] gone'),
  },
  {
    name: 'a server out of reach for more than alerts.after polls',
    status: 69,
    fetchmail: 2,
    account: () => ({ port: 1 }),
    config: { alerts: { after: 1 } },
    runs: [once, once],
  },
  {
    name: 'a name that is not found for more than alerts.after polls',
    status: 69,
    fetchmail: 11,
    account: () => ({ host: 'no..such..name', insecure: true }),
    config: { alerts: { after: 1 } },
    runs: [once, once],
  },
  {
    name: 'a last success longer ago than --max-age',
    status: 69,
    fetchmail: 2,
    runs: [['status', '--max-age', '1h']],
  },
  {
    name: 'a full disk under the mail',
    status: 73,
    fetchmail: 10,
    disk: broken(writes, 'Maildir', 'ENOSPC'),
  },
  {
    name: 'a full disk under the state',
    status: 73,
    fetchmail: 6,
    disk: broken(writes, 'state', 'ENOSPC'),
  },
  {
    name: 'a disk that is full when the account is first noted as known',
    status: 73,
    fetchmail: 6,
    disk: broken(['openSync'], 'known', 'ENOSPC'),
  },
  {
    name: 'no permission to store mail',
    status: 73,
    fetchmail: 10,
    disk: broken(['mkdirSync', 'openSync'], 'Maildir', 'EACCES'),
  },
  {
    name: 'a file where the folder of the Maildir should be',
    status: 73,
    fetchmail: 10,
    account: (_, home) => ({ deliver: { maildir: home.path('file', 'Maildir') } }),
    arrange: (home) => writeFileSync(home.path('file'), ''),
  },
  {
    name: 'a state directory that is a file',
    status: 73,
    fetchmail: 6,
    arrange: (home) => writeFileSync(home.stateDir, ''),
  },
  {
    name: 'a disk that fails under the mail',
    status: 74,
    fetchmail: 10,
    disk: broken(syncs, 'Maildir', 'EIO'),
  },
  {
    name: 'a disk that fails under the state',
    status: 74,
    fetchmail: 6,
    disk: broken(syncs, 'state', 'EIO'),
  },
  { name: 'put off by the destination', status: 75, fetchmail: 2, account: pipe(75) },
  { name: 'nobody listens', status: 75, fetchmail: 2, account: () => ({ port: 1 }) },
  {
    name: 'a server that says nothing',
    status: 75,
    fetchmail: 7,
    ...faulty({ stallAt: 'greeting' }),
    account: () => ({ timeout: '1s' }),
  },
  {
    name: 'a maildrop in use',
    status: 75,
    fetchmail: 9,
    ...answers('-ERR [IN-USE] locked'),
  },
  {
    name: 'a login too early',
    status: 75,
    fetchmail: 14,
    ...answers('-ERR [LOGIN-DELAY] wait'),
  },
  {
    name: 'a server with a problem that passes',
    status: 75,
    fetchmail: 14,
    ...answers('-ERR [SYS/TEMP] later'),
  },
  {
    name: 'a password that is not to be had',
    status: 75,
    fetchmail: 2,
    account: () => ({ password: { env: 'NOT_THERE' } }),
  },
  { name: 'a line that breaks', status: 75, fetchmail: 2, ...faulty({ cutAfter: 120 }) },
  {
    name: 'no POP3',
    status: 76,
    fetchmail: 4,
    ...faulty({ answers: { greeting: 'SSH-2.0-OpenSSH_9.2' } }),
  },
  { name: 'no TLS', status: 76, fetchmail: 2, account: () => ({ tls: 'on' }) },
  {
    name: 'a certificate that nobody vouches for',
    status: 76,
    fetchmail: 2,
    server: { tls: 'on' },
    account: () => ({ tls: 'on' }),
  },
  { name: 'a login refused', status: 77, fetchmail: 3, ...answers('-ERR [AUTH] no') },
  {
    name: 'a login refused three times',
    status: 77,
    fetchmail: 3,
    ...answers('-ERR [AUTH] no'),
    runs: [once, once, once, once],
  },
  { name: 'an unknown key', status: 78, fetchmail: 5, account: () => ({ nonsense: true }) },
  {
    name: 'a configuration that others can write',
    status: 78,
    fetchmail: 6,
    arrange: (home) => chmodSync(home.configFile, 0o622),
  },
  ...(
    [
      ['SIGHUP', 129],
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const
  ).map(([signal, status]) => ({
    name: signal,
    status,
    fetchmail: status,
    ...faulty({ stallAt: 'AUTH' }),
    signal,
  })),
];
