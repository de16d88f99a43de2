import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoLogin } from './maildrop-session.ts';
import { demoHost } from './pop3-server.ts';

/** Where a demo keeps its configuration, state and Maildir; it stays for a look. */
export class DemoFolder {
  readonly maildir: string;
  readonly configFile: string;
  readonly config: string;

  /** Makes a fresh one for a server on this port. Throws the system's error when it cannot. */
  constructor(port: number) {
    const path = freshFolder();
    this.maildir = join(path, 'Maildir');
    this.configFile = join(path, 'demo.yaml');
    this.config = configText(port, `${this.maildir}/`, join(path, 'state'));
    writeFileSync(this.configFile, this.config, { mode: 0o600 });
  }

  /** What lies in the Maildir as new mail, octet for octet. */
  stored(): Buffer[] {
    const folder = join(this.maildir, 'new');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  }
}

/** A name that somebody else could have prepared is used only if it is not there yet; 0700. */
function freshFolder(): string {
  const path = join(tmpdir(), 'popfetch-demo');
  try {
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch {
    return mkdtempSync(`${path}-`);
  }
}

function configText(port: number, maildir: string, stateDir: string): string {
  const { user, password } = demoLogin;
  return `stateDir: ${JSON.stringify(stateDir)}
accounts:
  demo: {host: ${demoHost}, port: ${port}, tls: off,
    user: ${user}, password: ${password},
    deliver: ${JSON.stringify(maildir)}}
`;
}
