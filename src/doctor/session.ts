import { asFailure, type Failure, type Phase } from '../errors.ts';
import { formatCount, formatSize } from '../log/format.ts';
import type { Listing, MailSource, ServerFact, SourceSession } from '../source/source.ts';
import { certificateFinding } from './certificate.ts';
import { type Check, type Finding, ok, trouble, warn } from './finding.ts';
import type { ServerAccess } from './server.ts';

/** What a session that got in has found out; empty where none did. */
export interface Reached {
  /** Seconds between two logins. */
  readonly loginDelay?: number | undefined;
  readonly expireDays?: number | undefined;
  /** Octets in the maildrop. */
  readonly size?: number;
}

/** One session of an account, or two: where the login cannot be tried, the steps before it are. */
export class SessionExam {
  readonly findings: Finding[] = [];
  readonly #access: ServerAccess;
  #phase: Phase | undefined;
  #capabilities: readonly string[] = [];

  constructor(access: ServerAccess) {
    this.#access = access;
  }

  /** Never rejects: what went wrong is among the findings. */
  async run(): Promise<Reached> {
    const { mayLogIn, source } = this.#access;
    if (!mayLogIn) {
      await this.#knock();
      this.#skipLogin();
      return {};
    }
    try {
      await using session = await this.#open(source, 'to log in');
      return await this.#look(session);
    } catch (thrown) {
      await this.#failed(asFailure(thrown));
      return {};
    }
  }

  /** Where there was no password to begin with, the server was not spoken to yet. */
  async #failed(failure: Failure): Promise<void> {
    if (this.#phase !== undefined) {
      this.#tell(failure);
      return;
    }
    this.findings.push(trouble('password', failure, this.#context));
    if (failure.code !== 'interrupted') await this.#knock();
  }

  /** All that can be seen without logging in. */
  async #knock(): Promise<void> {
    try {
      const session = await this.#open(this.#access.strangerSource, 'to look');
      await session[Symbol.asyncDispose]();
    } catch (thrown) {
      if (thrown !== seenEnough && this.#phase !== undefined) this.#tell(asFailure(thrown));
    }
  }

  #open(source: MailSource, purpose: 'to log in' | 'to look'): Promise<SourceSession> {
    return source.open({
      signal: this.#access.signal,
      onPhase: (phase) => {
        this.#phase = phase;
        // Thrown here, nothing of a login is sent any more.
        if (phase === 'auth' && purpose === 'to look') throw seenEnough;
      },
      onFact: (fact) => this.#take(fact),
    });
  }

  #take(fact: ServerFact): void {
    switch (fact.kind) {
      case 'tls':
        this.findings.push(certificateFinding(fact, this.#access.now()));
        break;
      case 'capabilities':
        this.#takeCapabilities(fact);
        break;
      case 'login':
        this.findings.push(ok('login', `${this.#access.user}, by ${fact.method}`));
        break;
      default:
        fact satisfies never;
    }
  }

  #takeCapabilities({ isAfterLogin, lines }: Extract<ServerFact, { kind: 'capabilities' }>): void {
    const shown = lines.length === 0 ? 'none (the server has no CAPA)' : lines.join(', ');
    const isSame = isAfterLogin && shown === this.#capabilities.join(', ');
    this.#capabilities = lines;
    if (!isAfterLogin) this.findings.push(ok('capa', `before the login: ${shown}`));
    else if (!isSame) this.findings.push(ok('capa', `after the login: ${shown}`));
  }

  async #look(session: SourceSession): Promise<Reached> {
    const listing = await session.list();
    const { count, size } = listing;
    this.findings.push(ok('maildrop', `${formatCount(count, 'message')}, ${formatSize(size)}`));
    this.findings.push(uidlFinding(listing, this.#capabilities));
    const { loginDelay, expireDays } = session;
    await session.quit();
    return { loginDelay, expireDays, size };
  }

  #skipLogin(): void {
    const text = 'not tried, so that the poll that is going on is not disturbed';
    this.findings.push(warn('login', text, 'Run it again later.'));
  }

  #tell(failure: Failure): void {
    const phase = failure.facts.phase ?? this.#phase ?? 'connect';
    this.findings.push(trouble(checkOf(phase), failure, this.#context));
  }

  get #context() {
    const { account, host, port } = this.#access;
    return { now: this.#access.now(), account, host, port };
  }
}

const seenEnough = new Error('all that shows before a login was seen');

function uidlFinding(
  { oddities, messages, count }: Listing,
  capabilities: readonly string[],
): Finding {
  const fix = 'Nothing to do: popfetch tells them apart by their headers, which takes longer.';
  if (oddities?.nameless === true)
    return warn(
      'uidl',
      'the server names no message: what was seen cannot be told from what is new',
      'Set keep: false, or use another server.',
    );
  if (oddities !== undefined && oddities.unnamed + oddities.shared > 0)
    return warn(
      'uidl',
      `${oddities.unnamed} messages without a unique-id, ${oddities.shared} with that of another`,
      fix,
    );
  if (messages.length < count)
    return warn(
      'uidl',
      `the server lists ${messages.length} of ${formatCount(count, 'message')}`,
      'Nothing to do: it shows the others as these are deleted.',
    );
  const isOffered = count > 0 || capabilities.includes('UIDL');
  return ok(
    'uidl',
    isOffered ? 'each message has a unique-id' : 'not known: the maildrop is empty',
  );
}

function checkOf(phase: Phase): Check {
  switch (phase) {
    case 'dns':
    case 'tls':
    case 'greeting':
    case 'capa':
    case 'deliver':
    case 'state':
      return phase;
    case 'connect':
      return 'tcp';
    case 'auth':
      return 'login';
    case 'list':
    case 'retr':
    case 'dele':
    case 'quit':
      return 'maildrop';
    default:
      return phase satisfies never;
  }
}
