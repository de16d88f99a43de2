import { setMaxListeners } from 'node:events';
import { settingIn, type WrittenSettings } from '../../config/append-account.ts';
import type { AccountConfig } from '../../config/config.ts';
import { asFailure, Failure } from '../../errors.ts';
import { settingsOf } from '../../init/wizard.ts';
import { formatCount, formatDuration, formatSize } from '../../log/format.ts';
import { describe } from '../../log/words.ts';
import { maildropAt } from '../../providers/provider.ts';
import { commandNamed } from '../args/table.ts';
import {
  type ConfigurationFile,
  configurationFile,
  extended,
  writeConfiguration,
} from '../configuration-file.ts';
import { exitStatus, stoppedBy } from '../exit-status.ts';
import { firstLogin, type Maildrop } from '../first-login.ts';
import { type Answers, answersGiven, type InitInvocation } from '../init-answers.ts';
import { refuseWrongOptions } from '../init-complaint.ts';
import { type AskedAnswers, wizardOn } from '../init-wizard.ts';
import { storePassword } from '../store-password.ts';
import { usage } from '../usage.ts';
import type { StopSignal, World } from '../world.ts';

/**
 * Adds an account to the configuration: asks on a terminal for what the command line leaves out, logs in, and only then
 * writes. Whatever goes wrong before leaves no trace. Resolves with the exit status.
 */
export async function init(invocation: InitInvocation, world: World): Promise<number> {
  const stop = new AbortController();
  // Each question listens, and Node would take ten for a leak.
  setMaxListeners(0, stop.signal);
  let signal: StopSignal | undefined;
  using _ = world.onSignal((one) => {
    signal = one;
    stop.abort(new Failure('interrupted', 'stopped'));
  });
  try {
    return await new Setup(invocation, world, stop.signal).run();
  } catch (thrown) {
    if (asFailure(thrown).code !== 'interrupted') throw thrown;
    world.stderr.write('stopped: nothing was written\n');
    return stoppedBy(signal);
  }
}

class Setup {
  readonly #invocation: InitInvocation;
  readonly #world: World;
  readonly #signal: AbortSignal;

  constructor(invocation: InitInvocation, world: World, signal: AbortSignal) {
    this.#invocation = invocation;
    this.#world = world;
    this.#signal = signal;
  }

  async run(): Promise<number> {
    const file = await configurationFile(this.#invocation.global, this.#world);
    refuseWrongOptions(this.#invocation, { file, home: this.#world.home });
    const asked = await wizardOn(this.#invocation, file, this.#parts());
    const answers = asked?.answers ?? (await answersGiven(this.#invocation, file, this.#parts()));
    refuseTwice(file, answers);
    const { needsConsent = false } = answers.password;
    if (needsConsent || !this.#invocation.test) return this.#write(file, answers, 'all');
    return asked === undefined ? this.#tested(file, answers) : this.#askedAgain(file, asked);
  }

  #parts() {
    return { world: this.#world, signal: this.#signal, tell: this.#tell };
  }

  readonly #tell = (line: string): void => {
    this.#world.stderr.write(`${line}\n`);
  };

  /** Nobody is there to try something else. */
  async #tested(file: ConfigurationFile, answers: Answers): Promise<number> {
    const failure = await this.#login(file, answers);
    if ('messages' in failure) return this.#write(file, answers, 'all');
    this.#tell('nothing was written');
    return exitStatus(failure);
  }

  async #askedAgain(file: ConfigurationFile, asked: AskedAnswers): Promise<number> {
    for (let { answers } = asked; ; ) {
      const outcome = await this.#login(file, answers);
      if ('messages' in outcome) {
        const first = await asked.wizard.first(outcome.messages);
        return this.#writtenAtLast(file, { ...asked, answers }, first);
      }
      const next = await asked.afterRefusal(answers);
      if (next === 'write') return this.#write(file, answers, 'all');
      answers = next;
    }
  }

  /** A keyring may be locked, or not there at all: then the password goes elsewhere. */
  async #writtenAtLast(
    file: ConfigurationFile,
    { answers, wizard }: AskedAnswers,
    first: 'all' | 'new',
  ): Promise<number> {
    for (let { password } = answers; ; ) {
      try {
        return await this.#write(file, { ...answers, password }, first);
      } catch (thrown) {
        const { code, message } = asFailure(thrown);
        if (code !== 'secret_unavailable') throw thrown;
        this.#tell(message);
        password = await wizard.password(answers.name, answers.server);
      }
    }
  }

  /** What it showed, or why it failed, which has been told. */
  async #login(file: ConfigurationFile, answers: Answers): Promise<Maildrop | Failure> {
    const { account } = this.#account(file, answers, 'all');
    const { host, port } = account;
    this.#tell(`logging in at ${host}:${port} ...`);
    try {
      const { typed } = answers.password;
      const parts = { world: this.#world, signal: this.#signal };
      const maildrop = await firstLogin(account, typed, parts);
      const { messages, octets } = maildrop;
      this.#tell(`ok: ${formatCount(messages, 'message')}, ${formatSize(octets)}`);
      return maildrop;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'internal' || failure.code === 'interrupted') throw thrown;
      const { word, headline, details, hint } = describe(failure, {
        now: this.#world.now(),
        account: account.name,
        host,
        port,
      });
      const more = hint === undefined ? details : [...details, hint];
      this.#tell([`${word}  ${headline}`, ...more.map((line) => `      ${line}`)].join('\n'));
      return failure;
    }
  }

  async #write(file: ConfigurationFile, answers: Answers, first: 'all' | 'new'): Promise<number> {
    const { name } = answers;
    const { text, account } = this.#account(file, answers, first);
    await storePassword(answers.password, this.#world.env, this.#signal);
    await writeConfiguration(file, text);
    const { needsConsent = false } = answers.password;
    this.#world.stdout.write(`added ${name} to ${file.shown}\n${nextSteps(name, needsConsent)}`);
    const { leastInterval } = maildropAt(account.host) ?? {};
    if (leastInterval !== undefined && this.#invocation.test && !needsConsent)
      this.#tell(`It allows one login in ${formatDuration(leastInterval)}: wait before the first.`);
    return 0;
  }

  #account(
    file: ConfigurationFile,
    { name, email, server, deliver, keep, password }: Answers,
    first: 'all' | 'new',
  ): { readonly text: string; readonly account: AccountConfig } {
    const settings: WrittenSettings = settingsOf({
      email,
      server,
      password: password.settings,
      deliver: settingIn(deliver),
      keep,
      first,
    });
    const { text, added } = extended(file, [{ name, settings }], this.#world);
    const [account] = added;
    if (account === undefined) throw new Error(`account ${name} was added and is not there`);
    return { text, account };
  }
}

/** Two accounts with one maildrop would fetch everything twice. */
function refuseTwice({ accounts, shown }: ConfigurationFile, { name, server }: Answers): void {
  if (accounts.some((one) => one.name === name))
    throw usage(`init: there is an account ${name} already`, `it stands in ${shown}`);
  const { host, user } = server;
  const same = accounts.find(
    (one) => one.host === host && one.user === user && one.port === (server.port ?? one.port),
  );
  if (same !== undefined)
    throw usage(
      `init: account ${same.name} has the mail of ${user} at ${host} already`,
      `it stands in ${shown}`,
    );
}

function nextSteps(name: string, needsConsent: boolean): string {
  const consent = [`popfetch auth login ${name}`, 'give consent, once', 'auth'] as const;
  const steps = [
    ...(needsConsent ? [consent] : []),
    [`popfetch --once ${name}`, 'fetch its mail now', 'once'],
    ['popfetch service install', 'fetch it every ten minutes', 'service'],
  ] as const;
  return steps
    .filter(([, , command]) => commandNamed(command) !== undefined)
    .map(([command, purpose]) => `  ${command.padEnd(34)}${purpose}\n`)
    .join('');
}
