import { readFile } from 'node:fs/promises';
import { Failure } from '../errors.ts';
import { codeOf, reasonOf } from './reason.ts';

/** What the environment says about authorities to trust. */
export interface AuthoritySettings {
  /** $SSL_CERT_FILE: replaces the system's bundle. */
  readonly systemBundle?: string | undefined;
  /** $NODE_EXTRA_CA_CERTS: added to it. */
  readonly extra?: string | undefined;
}

/** Where systems keep the authorities that they trust: Debian, Red Hat, Alpine and the BSDs. */
const bundles: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * PEM certificates of the authorities that this computer trusts; undefined where it has no list, so that Node's own
 * counts. Reads 200 KB: call it once a process. Fails with `config` if a file that the environment names is unreadable.
 */
export async function systemAuthorities({
  systemBundle = '',
  extra = '',
}: AuthoritySettings): Promise<readonly Buffer[] | undefined> {
  const bundle = systemBundle === '' ? await firstOf(bundles) : await readPem(systemBundle);
  // Node adds the extra ones to its own list, and to no other.
  if (bundle === undefined) return undefined;
  return extra === '' || extra === systemBundle ? [bundle] : [bundle, await readPem(extra)];
}

/** A file with certificates or a key. Fails with `config`. */
export async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : reasonOf(error);
    throw unusableFile(path, 'read', reason, error);
  }
}

export function unusableFile(
  path: string,
  deed: 'read' | 'use',
  reason: string,
  cause?: unknown,
): Failure {
  const facts = { phase: 'tls', path, reason } as const;
  return new Failure('config', `cannot ${deed} ${path}: ${reason}`, facts, cause);
}

async function firstOf(paths: readonly string[]): Promise<Buffer | undefined> {
  for (const path of paths) {
    const bundle = await readFile(path).catch(() => undefined);
    if (bundle?.includes('-----BEGIN') === true) return bundle;
  }
  return undefined;
}
