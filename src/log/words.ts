import type { Failure, FailureCode } from '../errors.ts';
import type { FailingSince, PollCounts } from '../events.ts';
import { printable } from '../util/printable.ts';
import { formatCount, formatDuration, formatMoment } from './format.ts';
import { hintFor } from './hints.ts';

/** What is known around a failure; each failure's own facts win. */
export interface WordsContext {
  /** ms since 1970. */
  readonly now: number;
  readonly account?: string | undefined;
  readonly counts?: PollCounts | undefined;
  /** The destination as the user wrote it. */
  readonly destination?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly failing?: FailingSince | undefined;
}

/** A failure in words, each string one line and safe to print. */
export interface Description {
  /** FAIL: the account failed. skip: it was not polled on purpose. */
  readonly word: 'FAIL' | 'skip';
  readonly headline: string;
  readonly details: readonly string[];
  /** What the user can do about it. */
  readonly hint?: string;
}

/** The one place where failures are put into words. */
export function describe(failure: Failure, context: WordsContext): Description {
  const story = new Story(failure, context);
  const headline = printable(headlines[failure.code](story));
  const hint = failure.facts.hint ?? hintFor(failure, story.host);
  return {
    word: skipped.has(failure.code) ? 'skip' : 'FAIL',
    headline,
    details: detailsOf(story),
    ...(hint === undefined ? {} : { hint: printable(hint) }),
  };
}

/** The same in half a line, for announcements. */
export function brief(failure: Failure, context: WordsContext): string {
  const { code, facts } = failure;
  // With a reason it was not the mail server that refused.
  const isLogin = code === 'auth_paused' || (code === 'auth' && facts.reason === undefined);
  return isLogin ? 'login refused' : describe(failure, context).headline;
}

/** The server's words, short enough to show. */
export function serverSaid(failure: Failure): string | undefined {
  const text = failure.facts.serverSaid;
  if (text === undefined || text === '') return undefined;
  return shortened(text);
}

function shortened(text: string): string {
  return printable(text.length > mostServerText ? `${text.slice(0, mostServerText)}...` : text);
}

/** `failing since 09:10 (3 polls)` */
export function failingWords({ since, count }: FailingSince, now: number): string {
  return `failing since ${formatMoment(since, now)} (${formatCount(count, 'poll')})`;
}

/** Why the plan does with a message what it does. */
export function reasonWords(reason: string): string {
  return planReasons.get(reason) ?? printable(reason);
}

/** A reply line has at most 512 octets (RFC 2449 §4); what is longer was not meant to be read. */
const mostServerText = 512;

const planReasons: ReadonlyMap<string, string> = new Map([
  ['new', 'new'],
  ['seen', 'seen already'],
  ['delivered', 'safely delivered, keep: false'],
  ['expired', 'kept as long as keep says'],
  ['over-quota', 'safely delivered, and the maildrop holds more than atMost'],
  ['first-contact', 'there before the first contact, first: new'],
  ['too-large', 'larger than maxSize'],
  ['over-limit', 'over the limit for one run'],
  ['quarantined', 'in quarantine (popfetch quarantine list)'],
  ['breaks-session', 'the session breaks off in it'],
  ['unsure', 'it may have been delivered, ifUnsure: hold'],
]);

const skipped: ReadonlySet<FailureCode> = new Set(['locked', 'auth_paused', 'interrupted']);

/** A failure with the names and numbers that its sentences need. */
class Story {
  readonly failure: Failure;
  readonly context: WordsContext;

  constructor(failure: Failure, context: WordsContext) {
    this.failure = failure;
    this.context = context;
  }

  get host(): string {
    return this.failure.facts.host ?? this.context.host ?? 'the server';
  }

  get address(): string {
    const { host = this.context.host, port } = this.failure.facts;
    // Our port belongs to our server: a failure may be about another, which may have none.
    const usual = host === this.context.host ? this.context.port : undefined;
    const shown = port ?? usual;
    return shown === undefined ? this.host : `${this.host}:${shown}`;
  }

  /** The destination, or the file or folder in question where it is another. */
  get place(): string {
    const { path, phase, destination = this.context.destination } = this.failure.facts;
    return (phase === 'state' ? undefined : destination) ?? path ?? 'the state directory';
  }

  /** What the system or a library called it; else what the program said when it threw. */
  get reason(): string {
    return this.failure.facts.reason ?? this.failure.message;
  }

  /** ` (connection refused)`, or nothing. */
  get parenthesis(): string {
    const { reason } = this.failure.facts;
    return reason === undefined ? '' : ` (${reason})`;
  }

  /** Messages that the plan wanted, those of them stored, and those not. */
  get wanted(): number {
    return this.context.counts?.wanted ?? 0;
  }
  get stored(): number {
    return this.context.counts?.new ?? 0;
  }
  get rest(): number {
    return Math.max(this.wanted - this.stored, 0);
  }

  /** ` after 3 of 20 messages; the 3 are stored and will not be fetched again` */
  get afterSome(): string {
    const after = ` after ${this.stored} of ${formatCount(this.wanted, 'message')}`;
    if (this.stored === 0) return after;
    const verb = this.stored === 1 ? 'is' : 'are';
    return `${after}; the ${this.stored} ${verb} stored and will not be fetched again`;
  }

  /** ` for 2 of 12 messages; they stay on the server` */
  get forSome(): string {
    if (this.wanted === 0) return '';
    const failed = this.failure.facts.messages ?? this.rest;
    const stay = failed === 1 ? 'it stays' : 'they stay';
    return ` for ${failed} of ${formatCount(this.wanted, 'message')}; ${stay} on the server`;
  }
}

/** Every code, so that a new one does not compile before it has its words. */
const headlines: Readonly<Record<FailureCode, (story: Story) => string>> = {
  usage: ({ failure }) => failure.message,
  config: ({ failure }) => failure.message,
  secret_unavailable: ({ failure: { message, facts }, reason }) =>
    facts.phase === 'auth' ? message : `cannot get the password: ${reason}`,
  dns: ({ host, reason }) => `cannot find ${host} (${reason})`,
  connect: cannotReach,
  timeout: timedOut,
  tls_verify: wrongCertificate,
  tls_handshake: ({ address, reason }) => `cannot set up TLS with ${address} (${reason})`,
  auth: ({ host, failure }) =>
    failure.facts.reason === undefined
      ? `login refused by ${host}`
      : `login to ${host} failed: ${failure.facts.reason}`,
  auth_method: ({ host, reason }) => `cannot log in to ${host}: ${reason}`,
  auth_paused: loginPaused,
  in_use: ({ host }) => `the maildrop at ${host} is in use by another session`,
  login_delay: tooSoon,
  sys_temp: ({ host }) => `${host} has a temporary problem`,
  sys_perm: lastingProblem,
  protocol: ({ host, reason }) => `${host} does not speak POP3 properly: ${reason}`,
  connection_lost: connectionLost,
  retrieve_refused: ({ host, rest, wanted }) =>
    `${host} refused to hand out ${rest} of ${formatCount(wanted, 'message')}`,
  delete_refused: ({ host }) => `${host} refused to delete messages that are stored`,
  deliver_temp: notDelivered,
  destination_locked: notDelivered,
  deliver_perm: notDelivered,
  no_space: cannotWrite('no space left on the disk'),
  no_permission: cannotWrite('permission denied'),
  cannot_create: cannotWrite('something is in the way'),
  io_error: cannotWrite('input/output error'),
  locked: polledByAnother,
  state: ({ reason }) => `cannot use the seen list: ${reason}`,
  interrupted: ({ wanted, afterSome }) => (wanted === 0 ? 'stopped' : `stopped${afterSome}`),
  internal: ({ failure }) => `popfetch has a bug: ${failure.message}`,
};

function cannotReach({ address, parenthesis }: Story): string {
  return `cannot reach ${address}${parenthesis}`;
}

function timedOut(story: Story): string {
  const { phase, seconds, reason } = story.failure.facts;
  if (phase === undefined || phase === 'dns' || phase === 'connect')
    return `cannot reach ${story.address} (${reason ?? 'connection timed out'})`;
  const silence = seconds === undefined ? '' : ` for ${seconds} s`;
  return `no answer from ${story.host}${silence}${story.wanted === 0 ? '' : story.afterSome}`;
}

function lastingProblem({ host, failure }: Story): string {
  return `${host} ${failure.facts.reason ?? 'has a problem that lasts until somebody there acts'}`;
}

function connectionLost(story: Story): string {
  if (story.wanted > 0) return `connection lost${story.afterSome}`;
  return `connection to ${story.host} lost${story.parenthesis}`;
}

function wrongCertificate({ host, failure, reason }: Story): string {
  const names = failure.facts.certificateNames ?? [];
  if (names.length === 0) return `the certificate of ${host} is not trusted: ${reason}`;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `the certificate of ${host} is for ${names.slice(0, 3).join(', ')}${more}`;
}

function loginPaused({ failure, context }: Story): string {
  const { now, failing, account } = context;
  const { seconds, count = failing?.count } = failure.facts;
  const often = count === undefined ? 'too often' : formatCount(count, 'time');
  const next = seconds === undefined ? '' : `; next try ${formatMoment(now + seconds * 1000, now)}`;
  const byHand = account === undefined ? '' : ` (now: popfetch --once ${account})`;
  return `login refused ${often}${next}${byHand}`;
}

function tooSoon({ host, failure }: Story): string {
  const { seconds } = failure.facts;
  const often = seconds === undefined ? 'less often' : `once in ${formatDuration(seconds * 1000)}`;
  return `${host} wants to be polled ${often}`;
}

/** What a program did is told as its deed ('exited 75 (temporary)'), what a file did not let us do as its reason. */
function notDelivered({ place, failure, forSome, reason }: Story): string {
  const isDeed = failure.facts.reason !== undefined && failure.facts.path === undefined;
  return isDeed
    ? `${place} ${reason}${forSome}`
    : `cannot deliver to ${place}: ${reason}${forSome}`;
}

function cannotWrite(usually: string): (story: Story) => string {
  return ({ place, failure }) => `cannot write to ${place}: ${failure.facts.reason ?? usually}`;
}

function polledByAnother({ failure, context }: Story): string {
  const { holder, reason } = failure.facts;
  if (holder === undefined) return reason ?? 'being polled by another popfetch';
  return `being polled by pid ${holder.pid} since ${formatMoment(holder.since, context.now)}`;
}

function detailsOf(story: Story): string[] {
  const { failure, context } = story;
  const said = serverSaid(failure);
  const details: string[] = said === undefined ? [] : [`it said: ${said}`];
  const { output, uid } = failure.facts;
  if (output !== undefined)
    details.push(`it said of ${printable(uid ?? 'a message')}: ${shortened(output)}`);
  if (skipped.has(failure.code)) return details;
  const told = tellsCounts(story);
  if (story.wanted > 0 && !told) details.push(progress(story));
  if (failure.nature.temporary) {
    const lasts = context.failing !== undefined && context.failing.count > 1;
    if (lasts)
      details.push(`temporary, will try again; ${failingWords(context.failing, context.now)}`);
    else if (!told) details.push('temporary, will try again');
  }
  return details;
}

/** Whether the headline says already how far it came and what happens to the rest. */
function tellsCounts({ failure, wanted }: Story): boolean {
  if (wanted === 0) return false;
  if (failure.code === 'timeout') return failure.facts.phase !== undefined;
  return headlinesWithCounts.has(failure.code);
}

const headlinesWithCounts: ReadonlySet<FailureCode> = new Set([
  'connection_lost',
  'retrieve_refused',
  'deliver_temp',
  'destination_locked',
  'deliver_perm',
]);

/** `7 of 20 new messages stored; 13 stay on the server, none was deleted` */
function progress({ wanted, stored, rest, context }: Story): string {
  const start = `${stored} of ${formatCount(wanted, 'new message')} stored`;
  if (rest === 0) return start;
  const untouched = context.counts?.deleted === 0 ? ', none was deleted' : '';
  return `${start}; ${rest} ${rest === 1 ? 'stays' : 'stay'} on the server${untouched}`;
}
