import { isIP } from 'node:net';
import { asFailure, type Failure } from '../errors.ts';
import { addressesOf } from '../net/addresses.ts';
import { connect } from '../net/connect.ts';
import type { MailSource } from '../source/source.ts';
import { type Finding, ok, trouble, warn } from './finding.ts';
import { type Reached, SessionExam } from './session.ts';

/** How an account's server is reached, and by which session. */
export interface ServerAccess {
  readonly account: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** ms for each wait on the network. */
  readonly timeout: number;
  readonly bind: string | undefined;
  /** A proxy finds and reaches the server. */
  readonly isProxied: boolean;
  readonly source: MailSource;
  /** The same, but it needs no password; it is never asked to log in. */
  readonly strangerSource: MailSource;
  /** Another session would disturb the one that another popfetch has. */
  readonly mayLogIn: boolean;
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
}

/** The way to the server, step by step, up to what its maildrop holds. Nothing is retrieved. Never rejects. */
export async function examineServer(
  access: ServerAccess,
): Promise<{ readonly findings: readonly Finding[]; readonly reached: Reached }> {
  const way = access.isProxied ? [] : await examineWay(access);
  if (way.some(({ level }) => level === 'error')) return { findings: way, reached: {} };
  const exam = new SessionExam(access);
  const reached = await exam.run();
  return { findings: [...way, ...exam.findings], reached };
}

/** The name, and each address. */
async function examineWay(access: ServerAccess): Promise<readonly Finding[]> {
  try {
    const addresses = await addressesOf(access);
    const isNamed = isIP(access.host) === 0;
    const name = ok('dns', `${access.host}: ${addresses.join(', ')}`);
    return [...(isNamed ? [name] : []), ...(await examineAddresses(addresses, access))];
  } catch (thrown) {
    return [trouble('dns', asFailure(thrown), { ...access, now: access.now() })];
  }
}

async function examineAddresses(
  addresses: readonly string[],
  access: ServerAccess,
): Promise<readonly Finding[]> {
  const results = await Promise.all(addresses.map((address) => answerOf(address, access)));
  const isReached = results.some(({ ms }) => ms !== undefined);
  return results.map(({ address, ms, failure }) => {
    if (failure === undefined)
      return ok('tcp', `${address} port ${access.port} answers (${ms} ms)`);
    const told = trouble('tcp', failure, { ...access, host: address, now: access.now() });
    if (!isReached) return told;
    return warn('tcp', `${told.text}; others of its addresses answer`);
  });
}

interface Answer {
  readonly address: string;
  readonly ms?: number;
  readonly failure?: Failure;
}

async function answerOf(address: string, access: ServerAccess): Promise<Answer> {
  const began = performance.now();
  try {
    const socket = await connect({ ...access, host: address });
    const ms = Math.round(performance.now() - began);
    socket.end();
    socket.destroy();
    return { address, ms };
  } catch (thrown) {
    return { address, failure: asFailure(thrown) };
  }
}
