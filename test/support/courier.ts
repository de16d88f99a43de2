import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SeedMessage, seedMaildir } from './dovecot-maildir.ts';
import { readMaildrop } from './dovecot-reader.ts';
import { homeOf, ownerOf, privateRootMissing, startInPrivateRoot } from './private-root.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';

export const courierMissing = (): string | undefined => privateRootMissing('courier');

/** Courier with PLAIN, LOGIN and the CRAM mechanisms, STLS, implicit TLS. Beware: refusing a login takes it 5 s. */
export async function startCourier({ users }: RealServerOptions): Promise<RealServer> {
  const root = await startInPrivateRoot({
    packages: 'courier',
    users,
    ports: 2,
    files: () => ({ '/etc/courier/authdaemonrc': authdaemonrc }),
    start: ([pop3 = 0, pop3s = 0]) =>
      [prepare, ...Object.entries(users).map(enrol(users)), run(pop3, pop3s)].join('\n'),
  });
  const [pop3Port = 0, pop3sPort] = root.ports;
  const homes = join(root.mail, 'home');
  mkdirSync(homes);
  chmodSync(homes, 0o755);
  const seed: RealServer['seed'] = (user, messages) =>
    seedMaildir(join(homes, user), withLf(messages), ownerOf(users, user));
  for (const user of Object.keys(users)) seed(user, []);
  return {
    pop3Port,
    pop3sPort,
    certificates: root.certificates,
    seed,
    read: (user) => readMaildrop({ port: pop3Port, user, password: users[user] ?? '' }),
    log: () => root.log(),
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

/** Courier keeps Unix line ends, and makes CRLF of them. */
function* withLf(messages: Iterable<SeedMessage>): Iterable<SeedMessage> {
  for (const { name, bytes } of messages) {
    const octets = bytes instanceof Uint8Array ? bytes : Buffer.concat([...bytes]);
    const text = Buffer.from(octets).toString('latin1').replaceAll('\r\n', '\n');
    yield { name, bytes: Buffer.from(text, 'latin1') };
  }
}

const authdaemonrc = `
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
`;

const prepare = `
mkdir -p /run/courier/authdaemon /var/lib/courier
chown -R courier:courier /run/courier /var/lib/courier
umask 077`;

/** userdbpw asks twice. The hash of the password is what USER, PLAIN and LOGIN are held against, hmac what CRAM is. */
function enrol(users: RealServerOptions['users']) {
  return ([user, password]: [string, string]): string => {
    const { uid, gid } = ownerOf(users, user);
    const home = homeOf(user);
    const place = `uid=${uid}|gid=${gid}|home=${home}|mail=${home}/Maildir`;
    return `
hmac=$(printf '%s\\n' '${password}' '${password}' | userdbpw -hmac-md5)
hash=$(sed -n 's/^${user}:\\([^:]*\\):.*/\\1/p' /etc/shadow)
printf '%s\\t%s|systempw=%s|hmac-md5pw=%s\\n' '${user}' '${place}' "$hash" "$hmac" >>/etc/courier/userdb`;
  };
}

/** As /usr/lib/courier/pop3d does it, on our address and without its daemons around it. */
function run(pop3: number, pop3s: number): string {
  return `
umask 022
makeuserdb
/usr/lib/courier/courier-authlib/authdaemond &
until [ -S /run/courier/authdaemon/socket ]; do sleep 0.02; done
set -a
. /etc/courier/pop3d
. /etc/courier/pop3d-ssl
POP3AUTH=$POP3AUTH_ORIG
POP3AUTH_TLS=$POP3AUTH_ORIG
TLS_CERTFILE=/etc/server.pem
TLS_CACHEFILE=
TLS_DHPARAMS=
TLS_TRUSTCERTS=
login="/usr/lib/courier/courier/courierpop3login /usr/lib/courier/courier/courierpop3d Maildir"
listen="couriertcpd -address=127.0.0.1 -maxprocs=100 -maxperip=100 -nodnslookup -noidentlookup"
POP3_TLS=1 POP3_STARTTLS=NO $listen ${pop3s} $COURIERTLS -server -tcpd $login &
exec $listen ${pop3} $login`;
}
