import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { DestinationSettings } from '../../config/config.ts';
import { destinationOf } from '../../destination/kinds.ts';
import { makeDirectory } from '../../durable/file.ts';
import { storageFailure } from '../../durable/storage-failure.ts';
import { asFailure, Failure } from '../../errors.ts';
import { describe } from '../../log/words.ts';
import { settle } from '../../poll/settle.ts';
import type { Invocation } from '../args.ts';
import { surroundingsOf } from '../compose.ts';
import { chooseAccounts, load, problemOf } from '../configuration.ts';
import { deliverTarget } from '../deliver-target.ts';
import { destinationSettings } from '../destination-settings.ts';
import { exitStatus } from '../exit-status.ts';
import { messageInput } from '../message-input.ts';
import { stateDirectory } from '../state-dir.ts';
import { usage } from '../usage.ts';
import type { StopSignal, World } from '../world.ts';

type DeliverInvocation = Extract<Invocation, { command: 'deliver' }>;

/**
 * Delivers the message on stdin with the code of a poll, whole or not at all; the exit status is one of sysexits(3).
 * What gives us the message keeps it until we have exited with 0: so nothing is on record here.
 */
export async function deliver(invocation: DeliverInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const stateDir = stateDirectory(global.stateDir, undefined, world.env, world.home);
  const stop = new AbortController();
  let signal: StopSignal = 'SIGINT';
  let { destination } = invocation;
  using signals = world.onSignal((one) => {
    signal = one;
    stop.abort(new Failure('interrupted', 'stopped'));
  });
  try {
    void signals;
    const target = await targetOf(invocation, world);
    destination = target.settings.label;
    await using folder = await ownFolder(stateDir);
    await deliverTo(target, { folder: folder.path, stateDir, signal: stop.signal }, world);
    return 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw thrown;
    const { headline, hint } = describe(failure, { now: world.now(), destination });
    world.stderr.write(`popfetch: ${headline}\n${hint === undefined ? '' : `${hint}\n`}`);
    return exitStatus(failure, { signal });
  }
}

/** Where it goes, and whose mail it is. */
interface Target {
  readonly settings: DestinationSettings;
  readonly account: string;
}

async function targetOf(
  { global, destination, account: name }: DeliverInvocation,
  world: World,
): Promise<Target> {
  if (destination !== undefined)
    return { settings: await deliverTarget(destination, world.home), account: 'deliver' };
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') throw new Failure('config', problemOf(loaded, world));
  const [account] = chooseAccounts(loaded.config, name === undefined ? [] : [name]);
  if (account === undefined) throw usage('deliver: to which account?');
  return { settings: account.deliver, account: account.name };
}

interface Place {
  readonly folder: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

async function deliverTo(
  { settings, account }: Target,
  { folder, stateDir, signal }: Place,
  world: World,
): Promise<void> {
  const { env, uid, now, stderr } = world;
  const secrets = { env, uid, signal, account, readPrompt: undefined };
  const { quarantine: _none, ...surroundings } = surroundingsOf(account, {
    stateDir,
    wait: 0,
    secrets,
    signal,
    now,
    notice: (_account, text) => stderr.write(`popfetch: ${text}\n`),
  });
  const storeId = randomBytes(16).toString('hex');
  const destination = destinationOf(
    destinationSettings(settings, secrets),
    { account, storeId },
    { ...surroundings, spool: folder },
  );
  await destination.prepare();
  const ref = { uid: storeId, number: 1, size: 0 };
  const content = messageInput(world.stdin, signal);
  const envelope = {
    account,
    host: 'localhost',
    user: undefined,
    protocol: 'local',
    receivedAt: new Date(now()),
    trace: false,
  };
  const delivery = await destination.accept({ ref, content }, envelope);
  const session = { delete: () => undefined };
  const settling = { destination, store: noStore, session, onceDelivered: 'leave', now } as const;
  const { failed } = await settle([{ ref, delivery }], settling);
  for (const { failure } of failed) throw failure;
}

const noStore = {
  bootId: 'none',
  intend: () => Promise.resolve(),
  record: () => Promise.resolve(),
  recordParts: () => Promise.resolve(),
};

/** For what is on its way, of this process alone: others may deliver at the same time. */
async function ownFolder(stateDir: string): Promise<AsyncDisposable & { readonly path: string }> {
  try {
    await makeDirectory(stateDir, 0o700);
    const own = fs.mkdtempSync(path.join(stateDir, 'deliver-'));
    return {
      path: own,
      async [Symbol.asyncDispose]() {
        fs.rmSync(own, { recursive: true, force: true });
      },
    };
  } catch (error) {
    throw storageFailure(error, stateDir);
  }
}
