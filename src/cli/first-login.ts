import type { AccountConfig } from '../config/config.ts';
import type { Secret } from '../util/secret.ts';
import { composeAccount } from './compose.ts';
import { stateDirectory } from './state-dir.ts';
import type { World } from './world.ts';

/** What a login showed. */
export interface Maildrop {
  readonly messages: number;
  readonly octets: number;
}

/** Logs in as a poll would, and looks what is there. Nothing is retrieved, nothing is written. */
export async function firstLogin(
  account: AccountConfig,
  typed: Secret | undefined,
  { world, signal }: { readonly world: World; readonly signal: AbortSignal },
): Promise<Maildrop> {
  const { env, uid, now, home, readPrompt } = world;
  const known: AccountConfig =
    typed === undefined ? account : { ...account, password: { kind: 'literal', secret: typed } };
  const { source } = composeAccount(known, {
    stateDir: stateDirectory(undefined, undefined, env, home),
    wait: 0,
    secrets: { env, uid, signal, account: account.name, readPrompt },
    signal,
    now,
  });
  await using session = await source.open({ signal });
  const { count, size } = await session.list();
  await session.quit();
  return { messages: count, octets: size };
}
