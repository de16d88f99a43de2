import type { AccountConfig } from '../../config/config.ts';
import { shortPath } from '../../config/problem-text.ts';
import { examineConfiguration } from '../../doctor/configuration.ts';
import { examineDisks } from '../../doctor/disk.ts';
import type { AccountFinding, Finding } from '../../doctor/finding.ts';
import { redactor } from '../../doctor/redact.ts';
import {
  findingJson,
  findingLines,
  type ReportForm,
  reportForm,
  summaryJson,
  summaryLine,
} from '../../doctor/report.ts';
import { examineStateDirectory } from '../../doctor/state.ts';
import { examineSystem } from '../../doctor/system.ts';
import type { TextSink } from '../../log/text-sink.ts';
import { pollRound } from '../../scheduler/round.ts';
import { userOf } from '../../util/environment.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load } from '../configuration.ts';
import { Consultation } from '../consultation.ts';
import { exitStatus, worst } from '../exit-status.ts';
import { numbered } from '../fetchmail-status.ts';
import { monotonicClock } from '../monotonic-clock.ts';
import { withColor } from '../reporters.ts';
import { serverKey } from '../server-key.ts';
import { stateDirectory } from '../state-dir.ts';
import type { StopSignal, World } from '../world.ts';

type DoctorInvocation = Extract<Invocation, { command: 'doctor' }>;

/**
 * Checks all that a poll depends on, and changes nothing: no message is retrieved, nothing is written, no lock taken. One
 * account's trouble does not keep the others from being looked at.
 */
export async function doctor(invocation: DoctorInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const loaded = await load(global, world);
  const config = loaded.kind === 'config' ? loaded.config : undefined;
  const accounts = config === undefined ? [] : chooseAccounts(config, invocation.accounts);
  const stateDir = stateDirectory(global.stateDir, config?.stateDir, world.env, world.home);
  const report = new Report(invocation, accounts, world);
  report.add([...examineSystem(world.now()), ...examineConfiguration(loaded, world.home)]);
  report.add(examineStateDirectory(stateDir, shortPath(stateDir, world.home), world.now()));
  report.add(examineDisks(placesOf(stateDir, accounts, world), world.now()));
  using consultation = new Consultation({ global, stateDir, world });
  await pollRound(
    accounts.map((account, turn) => ({
      host: serverKey(account),
      run: async () => report.addInTurn(turn, account.name, await consultation.examine(account)),
    })),
    { jobs: config?.jobs ?? 1, perHost: config?.perHost ?? 1 },
    monotonicClock,
  );
  return report.end(consultation.stoppedBy);
}

/** Where files are, or will be. */
function placesOf(stateDir: string, accounts: readonly AccountConfig[], { home }: World) {
  const folders = accounts.flatMap(({ deliver }) => {
    const parts = deliver.kind === 'several' ? deliver.parts : [deliver];
    return parts.flatMap((part) =>
      part.kind === 'maildir' || part.kind === 'mbox' ? [part.path] : [],
    );
  });
  return [stateDir, ...folders].map((path) => ({ path, shown: shortPath(path, home) }));
}

/** Prints what is found as it comes, the accounts in their order; knows at the end how it was. */
class Report {
  readonly #invocation: DoctorInvocation;
  readonly #world: World;
  readonly #toPeople: TextSink;
  readonly #form: ReportForm;
  readonly #redacted: (text: string) => string;
  readonly #all: Finding[] = [];
  /** Of accounts whose turn has not come. */
  readonly #waiting = new Map<number, readonly AccountFinding[]>();
  #next = 0;

  constructor(invocation: DoctorInvocation, accounts: readonly AccountConfig[], world: World) {
    this.#invocation = invocation;
    this.#world = world;
    const isPlain = !invocation.redact;
    this.#redacted = isPlain ? (text) => text : redactor(privateIn(accounts, world));
    const names = accounts.map(({ name }) => this.#redacted(name));
    this.#toPeople = withColor(world.stdout, invocation.global, world);
    this.#form = reportForm(names, world.stdout.isTTY);
  }

  add(findings: readonly AccountFinding[]): void {
    const { global } = this.#invocation;
    for (const found of findings) {
      const finding = this.#withoutNames(found);
      this.#all.push(finding);
      if (global.json) this.#world.stdout.write(findingJson(finding, this.#run()));
      else if (!global.quiet || finding.level !== 'ok')
        this.#toPeople.write(findingLines(finding, this.#form));
    }
  }

  addInTurn(turn: number, account: string, findings: readonly Finding[]): void {
    this.#waiting.set(
      turn,
      findings.map((finding) => ({ account, ...finding })),
    );
    for (let next = this.#waiting.get(this.#next); next; next = this.#waiting.get(this.#next)) {
      this.add(next);
      this.#next++;
    }
  }

  /** The exit status. */
  end(stoppedBy: StopSignal | undefined): number {
    const { json, quiet, exitCodes } = this.#invocation.global;
    const signal = stoppedBy === undefined ? {} : { signal: stoppedBy };
    const errors = this.#all.flatMap(({ level, failure }) =>
      level === 'error' && failure !== undefined
        ? [{ failure, status: exitStatus(failure, signal) }]
        : [],
    );
    const status = worst(errors.map((one) => one.status));
    const gravest = errors.find((one) => one.status === status)?.failure;
    const exitCode = numbered(status, exitCodes, gravest);
    if (json) this.#world.stdout.write(summaryJson(this.#all, exitCode, this.#run()));
    else if (!quiet) this.#world.stdout.write(summaryLine(this.#all));
    return exitCode;
  }

  #withoutNames({ account, text, details = [], fix, ...rest }: AccountFinding): AccountFinding {
    return {
      ...rest,
      ...(account !== undefined && { account: this.#redacted(account) }),
      text: this.#redacted(text),
      details: details.map(this.#redacted),
      ...(fix !== undefined && { fix: this.#redacted(fix) }),
    };
  }

  #run() {
    const { run, now } = this.#world;
    return { run, now: now() };
  }
}

function privateIn(accounts: readonly AccountConfig[], { env, home }: World) {
  const parts = accounts.flatMap(({ deliver }) =>
    deliver.kind === 'several' ? deliver.parts : [deliver],
  );
  const mailServers = parts.flatMap((part) => ('address' in part ? [part] : []));
  return {
    accounts: accounts.map(({ name }) => name),
    hosts: [
      ...accounts.flatMap(({ host, proxy }) => [host, proxy?.host ?? '']),
      ...mailServers.flatMap(({ address }) => ('host' in address ? [address.host] : [])),
    ],
    users: [
      ...accounts.flatMap(({ user, email }) => [user, email ?? '']),
      ...mailServers.flatMap(({ to, login }) => [...to, login?.user ?? '']),
      userOf(env).name,
    ],
    home,
  };
}
