import { isUtf8 } from 'node:buffer';
import { Failure } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { peekReporter } from '../../log/peek.ts';
import type { MessageRef } from '../../mail/message.ts';
import { preview } from '../../mail/preview.ts';
import type { Looked } from '../../poll/look.ts';
import { printable } from '../../util/printable.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { Looking } from '../looking.ts';
import { reporting } from '../reporters.ts';
import { stateDirectory } from '../state-dir.ts';
import { usage } from '../usage.ts';
import type { Output, World } from '../world.ts';

type PeekInvocation = Extract<Invocation, { command: 'peek' }>;

/** Messages shown where none are named. */
const newest = 10;

/** Shows headers and first lines of messages on the server. Nothing is stored, and nothing changes there. */
export async function peek(invocation: PeekInvocation, world: World): Promise<number> {
  const { global, lines, raw } = invocation;
  if (raw && global.json) throw usage('--raw and --json exclude each other');
  if (invocation.onlyNew && invocation.messages.length > 0)
    throw usage('either --new or messages by name, not both');
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const [account] = chooseAccounts(config, [invocation.account]);
  if (account === undefined) throw usage('whose messages?');
  using reports = await reporting(global, world, (all) => peekReporter({ ...all, lines, raw }));
  const { emit } = reports;
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using looking = new Looking({ global, config, stateDir, world: reports.world, emit });
  const began = performance.now();
  emit({ type: 'run.start', version: world.version, accounts: [account.name], dryRun: true });
  const { counts, status } = await looking.account({ ...account, maxSize: undefined }, (looked) =>
    new Peeking(looked, { invocation, world: reports.world, emit }).run(),
  );
  emit({
    type: 'run.end',
    exitCode: status,
    accountsOk: status === 0 ? 1 : 0,
    accountsFailed: status === 0 ? [] : [account.name],
    new: counts.new,
    bytes: counts.bytes,
    durationMs: performance.now() - began,
    dryRun: true,
  });
  return status;
}

interface PeekingParts {
  readonly invocation: PeekInvocation;
  readonly world: World;
  readonly emit: Emit;
}

class Peeking {
  readonly #looked: Looked;
  readonly #parts: PeekingParts;

  constructor(looked: Looked, parts: PeekingParts) {
    this.#looked = looked;
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { invocation, world } = this.#parts;
    const { raw, lines } = invocation;
    const fresh = new Set(this.#looked.plan.retrieve.map(({ uid }) => uid));
    for (const ref of this.#chosen()) {
      const octets = await this.#top(ref, raw ? lines : bodyLines(lines));
      if (raw) writeRaw(octets, world.stdout);
      else await this.#tell(ref, octets, fresh.has(ref.uid));
    }
  }

  #chosen(): readonly MessageRef[] {
    const { onlyNew, messages: names, account, raw } = this.#parts.invocation;
    const { listing, plan } = this.#looked;
    if (onlyNew) return plan.retrieve;
    if (names.length > 0) return names.flatMap((name) => named(name, listing.messages));
    const { length } = listing.messages;
    const { quiet, json } = this.#parts.invocation.global;
    if (length > newest && !quiet && !json && !raw)
      this.#parts.world.stderr.write(
        `the newest ${newest} of ${length}; all: popfetch peek ${account} 1-${length}\n`,
      );
    return listing.messages.slice(-newest);
  }

  /** A refusal ends it: a server that refuses TOP does so for every message. */
  async #top(ref: MessageRef, lines: number): Promise<Uint8Array> {
    try {
      return await this.#looked.session.peek(ref, lines);
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'retrieve_refused') throw thrown;
      throw new Failure('sys_perm', thrown.message, {
        ...thrown.facts,
        reason: `does not show message ${ref.number} without fetching it (TOP)`,
        hint: 'Not every server can. popfetch --once --dry-run lists what is new.',
      });
    }
  }

  async #tell(ref: MessageRef, octets: Uint8Array, isNew: boolean): Promise<void> {
    const { invocation, emit } = this.#parts;
    const { uid, number, size } = ref;
    const shown = await preview(octets, invocation.lines);
    emit({ type: 'peek', account: invocation.account, uid, number, size, isNew, ...shown });
  }
}

/** Lines of a body that hold so many lines of text, as a rule: headers of parts and HTML take their share. */
function bodyLines(lines: number): number {
  return lines === 0 ? 0 : 64 + 16 * lines;
}

/** The message of this number, those of a range, or the one of this unique-id. */
function named(name: string, messages: readonly MessageRef[]): readonly MessageRef[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(name) ?? [];
  const found =
    first === undefined
      ? messages.filter(({ uid }) => uid === name)
      : messages.filter(({ number }) => number >= Number(first) && number <= Number(last));
  if (found.length > 0) return found;
  const hint =
    messages.length === 0
      ? 'There are none.'
      : `There are ${messages.length}: ${messages[0]?.number} to ${messages.at(-1)?.number}.`;
  throw new Failure('usage', `no message ${name}`, { hint });
}

/** As it came, but on a terminal, where it could do harm: there line by line, made safe. */
function writeRaw(octets: Uint8Array, stdout: Output): void {
  if (!stdout.isTTY) {
    stdout.writeOctets(octets);
    return;
  }
  const text = Buffer.from(octets).toString(isUtf8(octets) ? 'utf8' : 'latin1');
  for (const line of text.replace(/\r?\n$/, '').split(/\r?\n/))
    stdout.write(`${printable(line.replaceAll('\t', ' '))}\n`);
}
