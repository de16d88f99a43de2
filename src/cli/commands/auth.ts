import { setTimeout as wait } from 'node:timers/promises';
import type { AccountConfig, OAuthSettings } from '../../config/config.ts';
import { asFailure, Failure } from '../../errors.ts';
import { formatDuration, formatMoment } from '../../log/format.ts';
import { jsonError } from '../../log/json.ts';
import { troubleLines } from '../../log/trouble.ts';
import { describe } from '../../log/words.ts';
import { browserLogin } from '../../oauth/browser.ts';
import type { DeviceCode, OAuthClient } from '../../oauth/client.ts';
import { deviceLogin } from '../../oauth/device.ts';
import type { Token } from '../../oauth/token.ts';
import type { Tokens } from '../../oauth/tokens.ts';
import { oauthProvider } from '../../providers/oauth.ts';
import { examineAccountFolder } from '../../state/account-folder.ts';
import { readStatus, writeStatus } from '../../state/status.ts';
import { interruption } from '../../util/interruption.ts';
import { printable } from '../../util/printable.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { Local } from '../local.ts';
import { hasBrowser, openPage } from '../open-page.ts';
import { stateDirectory } from '../state-dir.ts';
import { oauthClient, redirectOf, tokensOf } from '../tokens.ts';
import type { World } from '../world.ts';

type AuthInvocation = Extract<Invocation, { command: 'auth' }>;

/** Resolves after so many ms; rejects when the signal fires. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** Gets, tries and drops the tokens that an account logs in with; resolves with the exit status. */
export async function auth(
  invocation: AuthInvocation,
  world: World,
  pause: Pause = realPause,
): Promise<number> {
  const { global } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const [account] = chooseAccounts(config, [invocation.account]);
  if (account === undefined) throw new Error('an account that is and is not there');
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using local = new Local(world, stateDir);
  const command = new Auth({ invocation, world, local, account, pause });
  // Not without await: signals are watched until this function is left.
  return await command.run();
}

interface AuthParts {
  readonly invocation: AuthInvocation;
  readonly world: World;
  readonly local: Local;
  readonly account: AccountConfig;
  readonly pause: Pause;
}

/** ms that somebody may take over the page in a browser. */
const patience = 10 * 60_000;

class Auth {
  readonly #parts: AuthParts;

  constructor(parts: AuthParts) {
    this.#parts = parts;
  }

  async run(): Promise<number> {
    try {
      await this.#act();
      return 0;
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  #act(): Promise<void> {
    const { action } = this.#parts.invocation;
    switch (action) {
      case 'login':
        return this.#login();
      case 'test':
        return this.#test();
      case 'forget':
        return this.#forget();
      default:
        return action satisfies never;
    }
  }

  /** Nothing is written before all is there: who stops it has changed nothing. */
  async #login(): Promise<void> {
    const { account, local } = this.#parts;
    const oauth = oauthOf(account);
    // A person's consent had better not be for nothing.
    examineAccountFolder(local.stateDir, account.name);
    const client = await oauthClient(account, oauth, this.#around());
    const token = await (this.#goesByDevice(client)
      ? this.#byDevice(client)
      : this.#byBrowser(client, oauth));
    await this.#tokens(oauth).keep(token);
    await endPause(local.stateDir, account.name);
    this.#say(
      `consent given, the tokens are stored; popfetch auth test ${account.name} tries them`,
    );
    if (token.refresh === undefined)
      this.#say('the server gave none to renew them with: consent is needed again when they end');
  }

  #goesByDevice({ hasDeviceCodes }: OAuthClient): boolean {
    const { invocation, world } = this.#parts;
    if (invocation.by === 'device' && !hasDeviceCodes)
      throw new Failure('usage', '--device: this server gives no codes for mail', {
        hint: 'With --browser it works, from another computer too.',
      });
    return invocation.by === undefined
      ? hasDeviceCodes && !hasBrowser(world)
      : invocation.by === 'device';
  }

  #byDevice(client: OAuthClient): Promise<Token> {
    const { local, pause } = this.#parts;
    return deviceLogin({
      client,
      show: (code) => this.#showCode(code),
      pause: (ms) => pause(ms, local.signal),
    });
  }

  #showCode({ page, userCode, lifetime }: DeviceCode): void {
    this.#tell(
      `open ${page} in a browser on any device and enter the code`,
      userCode,
      `It is good for ${formatDuration(lifetime)}. Ctrl-C gives up; nothing is written then.`,
    );
  }

  #byBrowser(client: OAuthClient, oauth: OAuthSettings): Promise<Token> {
    const { local } = this.#parts;
    return browserLogin({
      client,
      redirect: redirectOf(oauth),
      show: (page, port) => this.#showPage(page, port),
      patience,
      signal: local.signal,
    });
  }

  #showPage(page: string, port: number): void {
    const { world } = this.#parts;
    const limit = `Within ${formatDuration(patience)}. Ctrl-C gives up; nothing is written then.`;
    if (hasBrowser(world)) {
      this.#tell('open this page in a browser, unless it opens by itself', page, limit);
      openPage(page, world.env);
    } else {
      this.#tell(
        'open this page in a browser on this computer',
        page,
        limit,
        `From another computer, first run there: ssh -N -L ${port}:127.0.0.1:${port} THIS-HOST`,
      );
    }
  }

  async #test(): Promise<void> {
    const { account, local } = this.#parts;
    const { source } = local.account(account);
    const session = await source.open({ signal: local.signal });
    try {
      await session.quit();
    } finally {
      await session[Symbol.asyncDispose]();
    }
    const until = account.oauth && (await this.#until(account.oauth));
    this.#say(`ok, logged in to ${account.host} as ${account.user}${until ?? ''}`);
  }

  async #until(oauth: OAuthSettings): Promise<string> {
    const { token } = await this.#tokens(oauth).current();
    const then =
      token.refresh === undefined ? 'then consent is needed again' : 'then it is renewed';
    if (token.expiresAt === undefined) return '';
    return `; the token is good until ${formatMoment(token.expiresAt, this.#parts.world.now())}, ${then}`;
  }

  async #forget(): Promise<void> {
    const { account } = this.#parts;
    const oauth = oauthOf(account);
    const { wasThere, isRevoked, failure } = await this.#tokens(oauth).forget();
    if (!wasThere) return this.#say('there were no tokens');
    if (isRevoked) return this.#say('the consent is taken back, the tokens are dropped');
    this.#say(`the tokens are dropped; take back the consent itself ${placeOf(oauth)}`);
    if (failure !== undefined) throw failure;
  }

  #tokens(oauth: OAuthSettings): Tokens {
    return tokensOf(this.#parts.account, oauth, this.#around());
  }

  #around() {
    const { world, local, account, invocation } = this.#parts;
    const { env, uid, now } = world;
    const readPrompt = invocation.global.input ? world.readPrompt : undefined;
    const { signal, stateDir } = local;
    return {
      stateDir,
      now,
      signal,
      secrets: { env, uid, signal, account: account.name, readPrompt },
    };
  }

  /** What is told whatever is quiet: without it nobody can go on. */
  #tell(headline: string, ...more: readonly string[]): void {
    const { world, account } = this.#parts;
    world.stdout.write(`${account.name}: ${printable(headline)}\n`);
    for (const line of more) world.stdout.write(`  ${printable(line)}\n`);
  }

  #say(text: string): void {
    const { world, account, invocation } = this.#parts;
    if (!invocation.global.quiet) world.stdout.write(`${account.name}: ${printable(text)}\n`);
  }

  #failed(thrown: unknown): number {
    const { world, local, account, invocation } = this.#parts;
    const failure = asFailure(thrown);
    if (failure.code === 'internal' || failure.code === 'usage') throw thrown;
    const { now, run, stderr } = world;
    if (invocation.global.json) {
      stderr.write(jsonError(failure, { run, now }));
      return local.status(failure);
    }
    const { name, host, port } = account;
    const { word, headline, details, hint } = describe(failure, {
      now: now(),
      account: name,
      host,
      port,
    });
    const more = hint === undefined ? details : [...details, hint];
    stderr.write(troubleLines(name, name.length, { word, headline, more }));
    return local.status(failure);
  }
}

function oauthOf({ name, oauth }: AccountConfig): OAuthSettings {
  if (oauth !== undefined) return oauth;
  throw new Failure('usage', `account ${name} has no oauth in the configuration`, {
    hint: 'Tokens are for accounts with oauth: {clientId: ...} in place of a password.',
  });
}

/** A pause after refused logins would go on for an hour, though now they are let in. */
async function endPause(stateDir: string, account: string): Promise<void> {
  const status = readStatus(stateDir, account);
  if (status.refused !== undefined)
    await writeStatus(stateDir, account, { ...status, refused: undefined });
}

function placeOf({ server }: OAuthSettings): string {
  if (server.kind === 'issuer') return `at ${server.url}`;
  return `at ${oauthProvider(server.name, server.tenant).consents}`;
}

async function realPause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? interruption(signal) : error;
  }
}
