import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { authorityPath } from '../support/certificates.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome, type PopfetchRun, type RunOptions } from '../support/run-popfetch.ts';
import { type ScriptedServer, type Step, startScriptedServer } from '../support/scripted-server.ts';

const user = 'joe@example.org';
const password = 'tanstaaf-5-secret';

export interface Case {
  readonly title: string;
  /** Keys of the account at the hostile server, beside host, port, user and so on. */
  readonly account: object;
  readonly script: readonly Step[];
  readonly status: number;
  /** In the JSON of the run. */
  readonly code: string;
  /** What a person reads. */
  readonly says: RegExp;
  /** A credential may be sent inside TLS: by default none, nowhere. */
  readonly sends?: 'inside TLS';
  readonly options?: RunOptions;
}

export interface Outcome {
  readonly run: Pick<PopfetchRun, 'status' | 'stdout' | 'stderr'>;
  readonly server: ScriptedServer;
}

/**
 * Polls an account at a hostile server, and a good one in the same run. Demands what holds in
 * every case: the exit status, the failure's code and words, no credential where none may be, in no output either, and
 * that the good account has its mail.
 */
export async function pollBeside(
  hostile: Case,
  look: (outcome: Outcome) => void = () => {},
): Promise<void> {
  await using server = await startScriptedServer([...hostile.script, { stall: true }]);
  await using good = await startMaildropServer({
    tls: 'on',
    messages: [{ uid: 'one', content: 'Subject: one\r\n\r\nHello\r\n' }],
  });
  await using home = await PopfetchHome.create();
  const account = (name: string, { port }: { readonly port: number }): object => ({
    host: 'localhost',
    port,
    tlsCa: authorityPath(),
    deliver: `${home.path(name)}/`,
    timeout: '2s',
  });
  home.configure({
    accounts: {
      bad: { ...account('bad', server), user, password, ...hostile.account },
      good: { ...account('good', good), user: good.user, password: good.password },
    },
  });
  const args = ['--once', '-vv'];
  // Another environment takes a process of its own.
  const run = hostile.options
    ? await home.run(args, hostile.options)
    : await runInProcess(home, args);
  const told = run.stdout + run.stderr;
  assert.equal(run.status, hostile.status, told);
  assert.match(told, hostile.says);
  assert.match(told, new RegExp(`code=${hostile.code}\\b`), told);
  assert.match(run.stdout, /^good: 1 new/m);
  assert.equal(readdirSync(home.path('good', 'new')).length, 1);
  assertNoCredentials(server.clear, 'in the clear');
  if (hostile.sends === undefined) assertNoCredentials(server.encrypted, 'inside TLS');
  for (const secret of encodings(password)) assert.ok(!told.includes(secret), told);
  look({ run, server });
}

function assertNoCredentials(heard: string, where: string): void {
  for (const word of ['USER', 'PASS', 'AUTH', 'APOP', ...encodings(user), ...encodings(password)])
    assert.ok(!heard.includes(word), `${where}: ${heard}`);
}

/** As it is, and as it looks in base64 behind 0, 1 or 2 octets modulo 3. */
function encodings(text: string): readonly string[] {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from('\0'.repeat(shift) + text)
      .toString('base64')
      .slice(4, -4),
  );
  return [text, ...shifted];
}
