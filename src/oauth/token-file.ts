import fs from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, replaceFile, syncDirectory } from '../durable/file.ts';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import { accountFolder, prepareAccountFolder } from '../state/account-folder.ts';
import { lockAccount } from '../state/lock.ts';
import { Secret } from '../util/secret.ts';
import type { Token } from './token.ts';

/** Whose token it is: one that another client got, or for something else, is as good as none. */
export interface TokenOwner {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
}

export interface TokenFileParts {
  readonly stateDir: string;
  readonly account: string;
  readonly owner: TokenOwner;
  /** ms since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** ms to wait for another process that renews the token: as long as its server may take to answer. */
const patience = 70_000;

const version = 1;

/**
 * The one place where an account's tokens are: a file of its own in the account's folder, 0600 from the start. Change it
 * under the lock only: a refresh token may be good for one use, and two processes that use it have lost both.
 */
export class TokenFile {
  readonly #parts: TokenFileParts;

  constructor(parts: TokenFileParts) {
    this.#parts = parts;
  }

  /** Undefined where there is none for this owner. Throws a Failure where it cannot be read. */
  read(): Token | undefined {
    const { owner } = this.#parts;
    const said = this.#said();
    if (said === undefined || said.version !== version) return undefined;
    const isOurs = said.issuer === owner.issuer && said.clientId === owner.clientId;
    return isOurs && said.scope === owner.scope ? tokenFrom(said) : undefined;
  }

  /** Replaces it; after this a power cut does not lose it. To be called under the lock. */
  async write({ access, refresh, obtainedAt, expiresAt }: Token): Promise<void> {
    const { owner } = this.#parts;
    const content = {
      version,
      ...owner,
      accessToken: access.reveal(),
      refreshToken: refresh?.reveal(),
      obtainedAt,
      expiresAt,
    };
    try {
      await replaceFile(this.#file, Buffer.from(`${JSON.stringify(content)}\n`), 0o600);
    } catch (error) {
      throw storageFailure(error, this.#file, 'state');
    }
  }

  /** Whether there was one, of whatever owner. To be called under the lock. */
  async remove(): Promise<boolean> {
    try {
      fs.unlinkSync(this.#file);
      await syncDirectory(this.#folder);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw storageFailure(error, this.#file, 'state');
    }
  }

  /** Makes the folder where it is not there yet. Throws `locked` where another process has it for too long. */
  async lock(): Promise<AsyncDisposable> {
    const { stateDir, account, now, signal } = this.#parts;
    await prepareAccountFolder(stateDir, account);
    await makeDirectory(this.#folder, 0o700);
    try {
      return await lockAccount(this.#folder, { now, signal, wait: patience });
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'locked') throw thrown;
      const pid = thrown.facts.holder?.pid;
      const who = pid === undefined ? 'another popfetch' : `another popfetch (pid ${pid})`;
      throw new Failure('secret_unavailable', `no access token: ${who} is renewing it`, {
        phase: 'auth',
      });
    }
  }

  #said(): Fields | undefined {
    try {
      const fd = fs.openSync(this.#file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
      try {
        if ((fs.fstatSync(fd).mode & 0o077) !== 0) throw exposed(this.#file);
        return fieldsIn(fs.readFileSync(fd, 'utf8'));
      } finally {
        fs.closeSync(fd);
      }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw storageFailure(error, this.#file, 'state');
    }
  }

  get #file(): string {
    return join(this.#folder, 'token.json');
  }

  get #folder(): string {
    return join(accountFolder(this.#parts.stateDir, this.#parts.account), 'oauth');
  }
}

function exposed(file: string): Failure {
  return new Failure('config', `others can read the access token in ${file}`, {
    path: file,
    hint: `Run: chmod 600 ${file}`,
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** What is damaged is as good as none: consent makes it anew. */
function fieldsIn(text: string): Fields | undefined {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null ? { ...said } : undefined;
  } catch {
    return undefined;
  }
}

function tokenFrom({
  accessToken,
  refreshToken,
  obtainedAt,
  expiresAt,
}: Fields): Token | undefined {
  if (typeof accessToken !== 'string' || typeof obtainedAt !== 'number') return undefined;
  return {
    access: new Secret(accessToken),
    refresh: typeof refreshToken === 'string' ? new Secret(refreshToken) : undefined,
    obtainedAt,
    expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined,
  };
}
