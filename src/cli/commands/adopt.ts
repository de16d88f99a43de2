import { statSync } from 'node:fs';
import path from 'node:path';
import { copiesIn } from '../../adopt/copies.ts';
import { identityOf } from '../../adopt/identity.ts';
import { LocalMessages, type OnServer } from '../../adopt/matching.ts';
import type { AccountConfig } from '../../config/config.ts';
import { workingDirectory } from '../../config/explorer.ts';
import { shortPath } from '../../config/problem-text.ts';
import { Failure } from '../../errors.ts';
import { escapeHarmful } from '../../log/escape.ts';
import { formatCount } from '../../log/format.ts';
import { verifyReporter } from '../../log/verify.ts';
import type { MessageRef } from '../../mail/message.ts';
import { type Looked, look } from '../../poll/look.ts';
import type { PollAccount } from '../../poll/poll.ts';
import { noteContact } from '../../state/first-contact.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { confirm } from '../confirm.ts';
import { Local } from '../local.ts';
import { reporting } from '../reporters.ts';
import { stateDirectory } from '../state-dir.ts';
import { usage } from '../usage.ts';
import type { World } from '../world.ts';

type AdoptInvocation = Extract<Invocation, { command: 'adopt' }>;

/**
 * Takes for seen what of a maildrop is stored here already, by the headers that the server shows. Nothing is fetched, and
 * nothing changes on the server.
 */
export async function adopt(invocation: AdoptInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const [account] = chooseAccounts(config, [invocation.account]);
  if (account === undefined) throw usage('whose messages?');
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using local = new Local(world, stateDir);
  // Not without await: signals are watched until this function is left.
  return await new Adoption({ account, local, invocation, world }).run();
}

interface AdoptionParts {
  readonly account: AccountConfig;
  readonly local: Local;
  readonly invocation: AdoptInvocation;
  readonly world: World;
}

interface Found {
  readonly onServer: number;
  /** On record before. */
  readonly known: number;
  /** Stored here: their unique-ids. */
  readonly stored: readonly string[];
  /** Here, but not whole. */
  readonly cutShort: number;
  /** The server does not show their headers. */
  readonly unshown: number;
  /** Messages at the paths. */
  readonly local: number;
}

class Adoption {
  readonly #parts: AdoptionParts;
  readonly #account: PollAccount;

  constructor(parts: AdoptionParts) {
    this.#parts = parts;
    // Whatever is on record or lost: what the server lists is to be seen as it is.
    this.#account = parts.local.account({ ...parts.account, maxSize: undefined }, 'fetched');
  }

  async run(): Promise<number> {
    const { invocation, world, local } = this.#parts;
    const stored = await this.#localMessages();
    using reports = await reporting(invocation.global, world, verifyReporter);
    const began = performance.now();
    const { name, deliver } = this.#parts.account;
    let found: Found | undefined;
    const context = {
      emit: reports.emit,
      stop: local.signal,
      signal: local.signal,
      now: world.now,
    };
    const { counts, failure } = await look(this.#account, context, async (looked) => {
      found = await this.#find(looked, stored);
    });
    reports.emit({
      type: 'account.end',
      account: name,
      destination: deliver.label,
      counts: { ...counts, wanted: 0 },
      durationMs: performance.now() - began,
      dryRun: true,
      ...(failure && { failure }),
    });
    if (failure !== undefined) return local.status(failure);
    if (found !== undefined) await this.#settle(found);
    return 0;
  }

  async #localMessages(): Promise<LocalMessages> {
    const { invocation, local, world } = this.#parts;
    const stored = new LocalMessages();
    const known = new Set<string>();
    for (const written of invocation.paths) {
      const place = path.resolve(workingDirectory() ?? '/', written);
      if (statSync(place, { throwIfNoEntry: false }) === undefined)
        throw new Failure('usage', `there is no ${shortPath(place, world.home)}`);
      for (const copy of copiesIn(place)) {
        const key = `${copy.start} ${copy.file}`;
        if (!known.has(key)) stored.add(copy);
        known.add(key);
        if (known.size % breath === 0) await breathe(local.signal);
      }
    }
    if (stored.size > 0) return stored;
    throw new Failure('usage', `no messages in ${invocation.paths.join(', ')}`, {
      hint: 'name a Maildir, an mbox, or a folder of them',
    });
  }

  async #find({ session, listing }: Looked, stored: LocalMessages): Promise<Found> {
    await using store = await this.#account.openStore('dry-run');
    const unknown = listing.messages.filter(({ uid }) => !store.has(uid));
    const shown: OnServer[] = [];
    await session.eachHeader(unknown, ({ uid, size }: MessageRef, header) => {
      if (header !== undefined) shown.push({ uid, size, identity: identityOf(header) });
    });
    if (shown.length === 0 && unknown.length > 0) throw noHeaders();
    const { stored: uids, cutShort } = stored.match(shown);
    return {
      onServer: listing.messages.length,
      known: listing.messages.length - unknown.length,
      stored: uids,
      cutShort: cutShort.length,
      unshown: unknown.length - shown.length,
      local: stored.size,
    };
  }

  async #settle(found: Found): Promise<void> {
    const { invocation, world, account } = this.#parts;
    const { stored } = found;
    this.#tell(found);
    if (stored.length === 0 || invocation.dryRun) return;
    const many = formatCount(stored.length, 'message');
    await confirm(`Take ${many} of ${account.name} for seen?`, invocation, world);
    await using store = await this.#account.openStore('poll');
    await store.mark(
      stored.filter((uid) => !store.has(uid)),
      world.now(),
    );
    // What is not stored here is new, whatever `first` says.
    await noteContact(this.#parts.local.stateDir, account.name);
    const { quiet, json } = invocation.global;
    if (json) this.#line({ event: 'adopt.end', recorded: stored.length });
    else if (!quiet) world.stdout.write(`${account.name}: ${many} taken for seen\n`);
  }

  #tell(found: Found): void {
    const { invocation, world, account } = this.#parts;
    const { quiet, json } = invocation.global;
    const { onServer, known, stored, cutShort, unshown, local } = found;
    const left = onServer - known - stored.length;
    const counts = { onServer, known, recognised: stored.length, left, cutShort, unshown, local };
    if (json) this.#line({ event: 'adopt', ...counts });
    if (json || (quiet && !invocation.dryRun)) return;
    const where = invocation.paths
      .map((one) => shortPath(path.resolve(workingDirectory() ?? '/', one), world.home))
      .join(', ');
    const say = (text: string) => world.stdout.write(`${account.name}: ${text}\n`);
    say(
      `${stored.length} of ${formatCount(onServer, 'message')} on the server recognised in ${where} (${formatCount(local, 'message')} there)`,
    );
    if (known > 0) say(`${known} known before`);
    if (cutShort > 0) say(`${cutShort} stored with less behind the header than on the server`);
    if (unshown > 0) say(`${unshown} whose header the server does not show`);
    say(left === 0 ? 'nothing is left to be fetched' : `${left} left, which the next poll fetches`);
  }

  #line(fields: object): void {
    const { world, account } = this.#parts;
    const time = new Date(world.now()).toISOString();
    const line = { v: 1, ...fields, account: account.name, time, run: world.run };
    world.stdout.write(`${escapeHarmful(JSON.stringify(line))}\n`);
  }
}

/** Messages between two looks at signals. */
const breath = 256;

async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

function noHeaders(): Failure {
  return new Failure('sys_perm', 'no headers', {
    reason: 'does not show headers without fetching messages (TOP)',
    hint: 'Not every server can. popfetch state skip takes messages for seen by their unique-ids.',
  });
}
