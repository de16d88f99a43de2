import fs from 'node:fs';
import { storageFailure } from '../../durable/storage-failure.ts';
import { asFailure, Failure } from '../../errors.ts';
import { formatMoment, formatSize } from '../../log/format.ts';
import { jsonLine } from '../../log/json.ts';
import { describe } from '../../log/words.ts';
import { preview } from '../../mail/preview.ts';
import { letGo, recover, settle } from '../../poll/settle.ts';
import { printable } from '../../util/printable.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { type ExitStatus, worst } from '../exit-status.ts';
import { beginningOf, chosenFrom, contentOf, type Held, heldOf } from '../held.ts';
import { Local } from '../local.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type QuarantineInvocation = Extract<Invocation, { command: 'quarantine' }>;
type Accounts = ReturnType<typeof chooseAccounts>;

/** Lists, shows, delivers again or lets go what destinations refused for good. No server is asked. */
export async function quarantine(invocation: QuarantineInvocation, world: World): Promise<number> {
  const { global, account } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const accounts = account === undefined ? config.accounts : chooseAccounts(config, [account]);
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using local = new Local(world, stateDir);
  const command = new Quarantine(invocation, world, local);
  // Not without await: signals are watched until this function is left.
  return await command.run(accounts);
}

/** Enough for the header of nearly any message. */
const previewed = 64 * 1024;

class Quarantine {
  readonly #invocation: QuarantineInvocation;
  readonly #world: World;
  readonly #local: Local;

  constructor(invocation: QuarantineInvocation, world: World, local: Local) {
    this.#invocation = invocation;
    this.#world = world;
    this.#local = local;
  }

  async run(accounts: Accounts): Promise<number> {
    const statuses: ExitStatus[] = [];
    for (const account of accounts) statuses.push(await this.#account(account));
    return worst(statuses);
  }

  #account(account: Accounts[number]): Promise<ExitStatus> {
    const { action } = this.#invocation;
    switch (action) {
      case 'list':
        return this.#list(account);
      case 'show':
        return this.#show(account);
      case 'retry':
        return this.#retry(account);
      case 'drop':
        return this.#drop(account);
      default:
        return action satisfies never;
    }
  }

  async #list(account: Accounts[number]): Promise<ExitStatus> {
    await using store = await this.#local.account(account).openStore('dry-run');
    for (const held of await heldOf(account.name, this.#local.stateDir, store)) {
      const { subject } = await preview(beginningOf(held, previewed), 0);
      this.#tell(account.name, held, subject);
    }
    return 0;
  }

  #tell(account: string, { uid, size, at, why, file }: Held, subject: string): void {
    const { stdout, now, run } = this.#world;
    if (this.#invocation.global.json) {
      const since = new Date(at).toISOString();
      const fields = { account, uidl: uid, size, since, reason: why, subject, path: file };
      stdout.write(jsonLine({ event: 'quarantine', ...fields }, run, now()));
      return;
    }
    const gone = file === undefined ? ' (its file is gone)' : '';
    const what = `${formatSize(size)}, since ${formatMoment(at, now())}: ${printable(why)}${gone}`;
    stdout.write(`${account}  ${printable(uid)}  ${what}\n`);
    if (subject !== '') stdout.write(`    ${printable(subject)}\n`);
  }

  /** Whatever is in it, it does nothing to a terminal. */
  async #show(account: Accounts[number]): Promise<ExitStatus> {
    await using store = await this.#local.account(account).openStore('dry-run');
    const held = await heldOf(account.name, this.#local.stateDir, store);
    const { stdout } = this.#world;
    for (const one of chosenFrom(held, this.#invocation.uids)) {
      if (one.file === undefined) throw fileGone(one);
      const text = fs.readFileSync(one.file, 'utf8');
      for (const line of text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined))
        stdout.write(`${line.split('\t').map(printable).join('\t')}\n`);
    }
    return 0;
  }

  /** By the same steps as a poll, so that it is delivered exactly once. */
  async #retry(account: Accounts[number]): Promise<ExitStatus> {
    const parts = this.#local.account(account);
    const { now } = this.#world;
    await using store = await parts.openStore('poll');
    const destination = parts.destination(store.id);
    await destination.prepare();
    await recover(destination, store, now);
    const all = await heldOf(account.name, this.#local.stateDir, store);
    const statuses: ExitStatus[] = [];
    for (const held of chosenFrom(all, this.#invocation.uids)) {
      const { uid, size } = held;
      const ref = { uid, number: 0, size };
      const already = store.partsOf(uid);
      const envelope = { ...parts.envelope, receivedAt: new Date(now()), already };
      try {
        if (held.file === undefined) throw fileGone(held);
        const delivery = await destination.accept({ ref, content: contentOf(held) }, envelope);
        const session = { delete: () => undefined };
        const settling = { destination, store, session, onceDelivered: 'leave', now } as const;
        const { failed } = await settle([{ ref, delivery }], settling);
        for (const { failure } of failed) throw failure;
        remove(held);
        this.#say(`${account.name}: ${printable(uid)} -> ${printable(destination.label)}`);
      } catch (thrown) {
        statuses.push(this.#failed(account.name, held, destination.label, thrown));
      }
    }
    return worst(statuses);
  }

  #failed(account: string, { uid }: Held, destination: string, thrown: unknown): ExitStatus {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw thrown;
    const { headline } = describe(failure, { now: this.#world.now(), account, destination });
    this.#world.stderr.write(`${account}: FAIL ${printable(uid)}: ${headline}\n`);
    return this.#local.status(failure);
  }

  async #drop(account: Accounts[number]): Promise<ExitStatus> {
    const { uids, deleteFromServer } = this.#invocation;
    await using store = await this.#local.account(account).openStore('poll');
    const all = await heldOf(account.name, this.#local.stateDir, store);
    const chosen = chosenFrom(all, uids);
    await letGo(chosen, store, deleteFromServer);
    for (const held of chosen) {
      remove(held);
      this.#say(
        `${account.name}: ${printable(held.uid)} dropped${fate(deleteFromServer, account)}`,
      );
    }
    return 0;
  }

  #say(text: string): void {
    if (!this.#invocation.global.quiet) this.#world.stdout.write(`${text}\n`);
  }
}

function fate(deleteFromServer: boolean, { keep }: Accounts[number]): string {
  if (!deleteFromServer) return ', it stays on the server';
  return keep === true ? ', keep: true leaves it on the server' : ', it may leave the server';
}

function fileGone({ uid }: Held): Failure {
  return new Failure('io_error', `the file of ${uid} is gone from the quarantine`, {
    phase: 'state',
    uid,
  });
}

function remove({ file }: Held): void {
  if (file === undefined) return;
  try {
    fs.rmSync(file, { force: true });
  } catch (error) {
    throw storageFailure(error, file, 'state');
  }
}
