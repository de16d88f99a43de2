import { join } from 'node:path';
import { readMaildrop } from './dovecot-reader.ts';
import { seedMbox } from './mbox-maildrop.ts';
import { ownerOf, privateRootMissing, startInPrivateRoot } from './private-root.ts';
import type { RealServer, RealServerOptions } from './real-server.ts';

export const popa3dMissing = (): string | undefined => privateRootMissing('popa3d');

/** popa3d over mbox maildrops: USER/PASS and no encryption. Beware: refusing a login takes it 2 s. */
export async function startPopa3d({ users }: RealServerOptions): Promise<RealServer> {
  const root = await startInPrivateRoot({
    packages: 'popa3d',
    users,
    ports: 1,
    files: () => ({}),
    // By itself it listens on port 110 of every address, so Courier's listener does it.
    start: ([pop3 = 0]) =>
      `exec couriertcpd -address=127.0.0.1 -maxprocs=100 -maxperip=100 -nodnslookup -noidentlookup ${pop3} /usr/sbin/popa3d`,
  });
  const [pop3Port = 0] = root.ports;
  return {
    pop3Port,
    pop3sPort: undefined,
    certificates: root.certificates,
    seed: (user, messages) => seedMbox(join(root.mail, user), messages, ownerOf(users, user)),
    read: (user) => readMaildrop({ port: pop3Port, user, password: users[user] ?? '' }),
    log: () => root.log(),
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}
