import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { type AuthoritySettings, readPem, systemAuthorities, unusableFile } from './authorities.ts';

/** What is demanded of the server, and what we show it. */
export interface SecuritySettings {
  /** File with PEM certificates that replace the system's. */
  readonly ca: string | undefined;
  /** SHA-256 of the server's certificate in hex; replaces CA and name checks. */
  readonly fingerprint: string | undefined;
  /** PEM files of our own certificate, with its chain, and of its key. */
  readonly client?: { readonly certificate: string; readonly key: string } | undefined;
  /** 1.2 unless something newer is asked for. */
  readonly least?: '1.2' | '1.3' | undefined;
  readonly authorities?: AuthoritySettings | undefined;
}

/** Ready for any number of handshakes. */
export interface Security {
  readonly context: SecureContext;
  readonly least: '1.2' | '1.3';
  /** Lower-case hex without colons. */
  readonly fingerprint: string | undefined;
}

/** Reads the files. Fails with `config` if one cannot be read or used; the server need not be asked for that. */
export async function prepareSecurity(settings: SecuritySettings): Promise<Security> {
  const { least = '1.2', client } = settings;
  const fingerprint = settings.fingerprint?.replaceAll(':', '').toLowerCase();
  const context = client === undefined ? await sharedContext(settings) : await newContext(settings);
  return { context, least, fingerprint };
}

const shared = new Map<string, Promise<SecureContext>>();

/** Parsing a system's authorities takes 30 ms, so accounts with the same demands have them parsed once. */
function sharedContext(settings: SecuritySettings): Promise<SecureContext> {
  const { ca, fingerprint, least, authorities = {} } = settings;
  const { systemBundle, extra } = authorities;
  // Read again for every session: files may be mended while popfetch runs.
  if (ca !== undefined) return newContext(settings);
  const key = JSON.stringify([fingerprint !== undefined, least, systemBundle, extra]);
  const known = shared.get(key);
  if (known !== undefined) return known;
  const made = newContext(settings);
  shared.set(key, made);
  made.catch(() => shared.delete(key));
  return made;
}

async function newContext(settings: SecuritySettings): Promise<SecureContext> {
  const { least = '1.2', client } = settings;
  const options: SecureContextOptions = {
    ...(await trust(settings)),
    minVersion: `TLSv${least}`,
    ...(client && (await ownCertificate(client))),
  };
  try {
    return createSecureContext(options);
  } catch (error) {
    const path = settings.ca ?? settings.authorities?.systemBundle;
    if (path === undefined) throw error;
    throw unusableFile(path, 'use', 'it holds no usable certificates', error);
  }
}

/** With a pin no authority is asked: then the system's, slow to parse, are left out as well. */
async function trust(settings: SecuritySettings): Promise<SecureContextOptions> {
  const { ca, fingerprint, authorities = {} } = settings;
  if (fingerprint !== undefined) return { ca: [] };
  if (ca !== undefined) return { ca: await readPem(ca) };
  const system = await systemAuthorities(authorities);
  return system === undefined ? {} : { ca: [...system] };
}

async function ownCertificate({
  certificate,
  key,
}: {
  readonly certificate: string;
  readonly key: string;
}): Promise<SecureContextOptions> {
  const cert = await readPem(certificate);
  const secret = key === certificate ? cert : await readPem(key);
  const ours = usable(() => new X509Certificate(cert), certificate, 'it holds no certificate');
  const opened = usable(
    () => createPrivateKey(secret),
    key,
    'it holds no key that needs no passphrase',
  );
  if (!ours.checkPrivateKey(opened))
    throw unusableFile(key, 'use', `the key does not belong to the certificate in ${certificate}`);
  return { cert, key: secret };
}

function usable<T>(parse: () => T, path: string, otherwise: string): T {
  try {
    return parse();
  } catch (error) {
    throw unusableFile(path, 'use', otherwise, error);
  }
}
