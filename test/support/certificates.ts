import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type CertificateName =
  | 'server'
  | 'other'
  | 'star'
  | 'alias'
  | 'expired'
  | 'early'
  | 'client'
  | 'self';

/** The compiled tests lie elsewhere than their fixtures; both are below the folder of package.json. */
let root = import.meta.dirname;
while (!existsSync(join(root, 'package.json'))) root = dirname(root);
const folder = join(root, 'test/support/tls');

/** The authority behind the test certificates, for `tlsCa`. */
export function authorityPath(): string {
  return join(folder, 'ca.pem');
}

/** Where the PEM files of a certificate and its key are. */
export function certificatePaths(name: CertificateName): {
  readonly certificate: string;
  readonly key: string;
} {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

export function certificate(name: CertificateName): {
  readonly key: Buffer;
  readonly cert: Buffer;
} {
  return {
    key: readFileSync(join(folder, `${name}.key`)),
    cert: readFileSync(join(folder, `${name}.pem`)),
  };
}
