import { hostname } from 'node:os';
import type { AccountConfig } from '../config/config.ts';
import { examineDelivery } from '../doctor/destination.ts';
import { type Finding, trouble } from '../doctor/finding.ts';
import { examinePolicy } from '../doctor/policy.ts';
import { examineServer, type ServerAccess } from '../doctor/server.ts';
import { examineState, isBeingPolled } from '../doctor/state.ts';
import { asFailure, Failure } from '../errors.ts';
import type { MailSource } from '../source/source.ts';
import { userOf } from '../util/environment.ts';
import { Secret } from '../util/secret.ts';
import type { GlobalOptions } from './args/global.ts';
import { composeAccount } from './compose.ts';
import { destinationSettings } from './destination-settings.ts';
import type { StopSignal, World } from './world.ts';

interface ConsultationParts {
  readonly global: GlobalOptions;
  readonly stateDir: string;
  readonly world: World;
}

/** ms for one account. Each wait has its own time-out; a server that drips must not hold up a report for ever. */
const longestExam = 5 * 60_000;

/** Looks at accounts for `popfetch doctor`, each by itself, until a signal ends it. */
export class Consultation implements Disposable {
  readonly #parts: ConsultationParts;
  readonly #stop = new AbortController();
  readonly #signals: Disposable;
  /** The signal that ended it. */
  stoppedBy: StopSignal | undefined;

  constructor(parts: ConsultationParts) {
    this.#parts = parts;
    this.#signals = parts.world.onSignal((signal) => {
      this.stoppedBy = signal;
      this.#stop.abort(new Failure('interrupted', 'stopped'));
    });
  }

  /** Never rejects: what goes wrong is a finding too. */
  async examine(account: AccountConfig): Promise<readonly Finding[]> {
    const { stateDir, world } = this.#parts;
    const now = world.now();
    const { name } = account;
    const own = new AbortController();
    const end = (): void => own.abort(this.#stop.signal.reason);
    const timer = setTimeout(() => own.abort(tooLong()), longestExam);
    this.#stop.signal.addEventListener('abort', end);
    if (this.#stop.signal.aborted) end();
    const { signal } = own;
    try {
      const state = await examineState({ directory: stateDir, account: name, now });
      const { findings, reached } = await examineServer(this.#access(account, signal));
      const policy = examinePolicy(account, reached);
      return [...state, ...findings, ...policy, ...(await this.#destinations(account, signal))];
    } catch (thrown) {
      return [trouble('state', asFailure(thrown), { now, account: name })];
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', end);
    }
  }

  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }

  #access(account: AccountConfig, signal: AbortSignal): ServerAccess {
    const { stateDir, world } = this.#parts;
    const { name, host, port, user, timeout, bind, proxy } = account;
    const now = world.now;
    return {
      account: name,
      host,
      port,
      user,
      timeout,
      bind,
      isProxied: proxy !== undefined,
      source: this.#source(account, signal),
      strangerSource: this.#source({ ...account, oauth: undefined, password: nothing }, signal),
      mayLogIn: !isBeingPolled({ directory: stateDir, account: name, now: now() }),
      signal,
      now,
    };
  }

  #source(account: AccountConfig, signal: AbortSignal): MailSource {
    const { stateDir, world } = this.#parts;
    const secrets = this.#secrets(account, signal);
    return composeAccount(account, { stateDir, wait: 0, secrets, signal, now: world.now }).source;
  }

  #destinations(account: AccountConfig, signal: AbortSignal): Promise<readonly Finding[]> {
    const { env, now } = this.#parts.world;
    const settings = destinationSettings(account.deliver, this.#secrets(account, signal));
    const surroundings = { env, user: userOf(env), hostname: hostname(), signal };
    return examineDelivery(settings, surroundings, now());
  }

  #secrets({ name: account }: AccountConfig, signal: AbortSignal) {
    const { env, uid, readPrompt } = this.#parts.world;
    const prompt = this.#parts.global.input ? readPrompt : undefined;
    return { env, uid, signal, account, readPrompt: prompt };
  }
}

/** In the place of a password that nobody will be told. */
const nothing = { kind: 'literal', secret: new Secret('none') } as const;

function tooLong(): Failure {
  const seconds = longestExam / 1000;
  return new Failure('timeout', `not done after ${seconds} s`, { seconds });
}
