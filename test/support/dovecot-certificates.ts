import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** The authority that signed the server's certificate; no system knows it. */
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** SHA-256 of the server's certificate as `openssl x509 -fingerprint` prints it: upper-case, colons. */
  readonly fingerprint: string;
}

/** An authority and a certificate for localhost and 127.0.0.1 signed by it, made by openssl in some 20 ms. */
export function makeCertificates(folder: string): Certificates {
  const caFile = join(folder, 'ca.pem');
  const caKeyFile = join(folder, 'ca.key');
  const certificateFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server.key');
  request(caKeyFile, caFile, 'popfetch test authority', ['basicConstraints=critical,CA:TRUE']);
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  request(
    keyFile,
    certificateFile,
    'localhost',
    [names, 'basicConstraints=critical,CA:FALSE'],
    ['-CA', caFile, '-CAkey', caKeyFile],
  );
  const fingerprint = new X509Certificate(readFileSync(certificateFile)).fingerprint256;
  return { caFile, certificateFile, keyFile, fingerprint };
}

function request(
  keyFile: string,
  outFile: string,
  name: string,
  extensions: readonly string[],
  signer: readonly string[] = [],
): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const place = ['-keyout', keyFile, '-out', outFile, '-days', '2', '-subj', `/CN=${name}`];
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  execFileSync('openssl', ['req', '-x509', ...key, ...place, ...added, ...signer], {
    stdio: 'pipe',
  });
}
