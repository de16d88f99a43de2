import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer } from 'node:tls';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { filesOf } from './stored.ts';
import { atHomeIn, missing, noUserOfOwn, run } from './user-of-own.ts';

const content = 'Return-Path: <ann@example.org>\r\nSubject: x\r\n\r\nFrom here\r\n.\r\nend\r\n';

/** Example, package, and the user's own file that makes the program deliver to ~/Maildir/. */
const examples = [
  ['procmail', '.procmailrc', 'DEFAULT=$HOME/Maildir/\n'],
  ['maildrop', '.mailfilter', 'to "$HOME/Maildir"\n'],
] as const;

for (const [program, rcFile, rcText] of examples)
  test(`examples/${program}.yaml delivers as it stands`, async (t: TestContext) => {
    await using folder = await temporaryFolder();
    const home = folder.path;
    const why = missing(program, program) ?? missing('openssl', 'openssl') ?? noUserOfOwn(home);
    if (why !== undefined) return t.skip(why);
    for (const made of ['Maildir/cur', 'Maildir/new', 'Maildir/tmp', '.config/popfetch'])
      mkdirSync(join(home, made), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, rcFile), rcText, { mode: 0o600 });
    writeFileSync(join(home, '.config/popfetch/isp.pw'), 'tanstaaf-5\n', { mode: 0o600 });
    await using server = await startMaildropServer({
      user: 'jdoe',
      messages: [
        { uid: 'u1', content },
        { uid: 'u2', content: content.replace('x', 'y') },
      ],
    });
    await using tls = await encrypting(server.port, home);
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      LOGNAME: 'jdoe',
      NODE_EXTRA_CA_CERTS: tls.certificate,
      NODE_OPTIONS: `--require ${resolve('test/interop/elsewhere.cjs')}`,
      TEST_PORT: String(tls.port),
    };
    const popfetch = [process.execPath, resolve('bin/popfetch.cjs'), '--once'];
    const config = resolve(`examples/${program}.yaml`);
    const words = [...atHomeIn(home), ...popfetch, '-c', config];
    const { status, output } = await run(words, env, home);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`^isp: 2 new, \\d+ B -> ${program}$`, 'm'));
    const stored = filesOf(join(home, 'Maildir')).map((file) => readFileSync(file, 'latin1'));
    const received = /^Received: from pop\.isp\.example\b[\s\S]*?\n(?=Return-Path)/;
    assert.deepEqual(
      stored
        .map((text) => text.replace(/^(?:(?:Delivered-To|Return-Path): .*\n)+(?=Received)/, ''))
        .map((text) => text.replace(received, ''))
        .sort(),
      [content, content.replace('x', 'y')].map((text) => text.replaceAll('\r\n', '\n')).sort(),
    );
    assert.equal(server.messages.length, program === 'procmail' ? 0 : 2);
  });

interface Encrypting extends AsyncDisposable {
  readonly port: number;
  /** PEM file to trust. */
  readonly certificate: string;
}

/** Speaks TLS as pop.isp.example in front of a server that does not. */
async function encrypting(behind: number, folder: string): Promise<Encrypting> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const { status, stderr } = spawnSync(
    'openssl',
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout ${key} -out ${certificate} -subj /CN=pop.isp.example -addext subjectAltName=DNS:pop.isp.example`.split(
      ' ',
    ),
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) });
  server.on('secureConnection', (line) => {
    const inner = connect(behind, '127.0.0.1');
    line.on('error', () => inner.destroy()).pipe(inner);
    inner.on('error', () => line.destroy()).pipe(line);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
