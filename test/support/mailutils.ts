import { join } from 'node:path';
import { readMaildrop } from './dovecot-reader.ts';
import { seedMbox } from './mbox-maildrop.ts';
import { lines, ownerOf, privateRootMissing, startInPrivateRoot } from './private-root.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';

export const mailutilsMissing = (): string | undefined => privateRootMissing('mailutils');

/** GNU mailutils' pop3d over mbox maildrops: USER/PASS, APOP, STLS and implicit TLS. */
export async function startMailutils({ users }: RealServerOptions): Promise<RealServer> {
  const root = await startInPrivateRoot({
    packages: 'mailutils',
    users,
    ports: 2,
    files: ([pop3 = 0, pop3s = 0]) => ({
      '/etc/pop3d.conf': settings(pop3, pop3s),
      '/etc/apop.text': lines(
        Object.entries(users).map(([user, password]) => `${user}: ${password}`),
      ),
    }),
    start: () => startScript,
  });
  const [pop3Port = 0, pop3sPort] = root.ports;
  return {
    pop3Port,
    pop3sPort,
    certificates: root.certificates,
    seed: (user, messages) => seedMbox(join(root.mail, user), messages, ownerOf(users, user)),
    read: (user) => readMaildrop({ port: pop3Port, user, password: users[user] ?? '' }),
    log: () => root.log(),
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

function settings(pop3: number, pop3s: number): string {
  return `
mode daemon;
max-children 50;
pidfile /run/pop3d.pid;
logging { syslog no; };
auth { authorization system; authentication generic:system:pam; };
apop-database-file /etc/apop.db;
apop-database-safety none;
tls { ssl-certificate-file /etc/server.crt; ssl-key-file /etc/server.key; };
tls-file-checks { key-file none; };
mailbox { mailbox-type mbox; mail-spool /var/mail; };
server 127.0.0.1:${pop3} { tls-mode ondemand; };
server 127.0.0.1:${pop3s} { tls-mode connection; };
`;
}

/** Without --compatibility it writes keys that its own server does not find. */
const startScript = `
popauth --compatibility --create --file=/etc/apop.text --output=/etc/apop.db
exec pop3d --no-config --config-file=/etc/pop3d.conf --foreground
`;
