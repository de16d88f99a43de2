import { asFailure, type Failure } from '../errors.ts';
import { cleanEnvironment, type Environment, type User } from '../util/environment.ts';
import type { KindSettings, SingleSettings } from './kinds.ts';
import { examineFolders, foldersOf } from './maildir/folders.ts';
import { pidIn } from './mbox/dotlock.ts';
import { examineMailboxFile, followOwnLinks } from './mbox/mailbox-file.ts';
import { runnableWords } from './pipe/program.ts';
import { reachMailServer } from './smtp/reach.ts';

/** How a destination is, as far as shows without delivering anything. */
export interface Examined {
  readonly label: string;
  /** The first message makes what is not there. */
  readonly state: 'ready' | 'to be made';
  /** The process whose lock lies beside an mbox. */
  readonly lockedBy?: number | undefined;
  /** Where messages take up room. */
  readonly path?: string;
  /** Why nothing could be delivered. */
  readonly failure?: Failure;
}

export interface ExamineSurroundings {
  readonly env: Environment;
  readonly user: User;
  readonly hostname: string;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** Looks at each of the destinations; makes, writes and locks nothing. Never rejects. */
export function examineDestinations(
  settings: KindSettings,
  surroundings: ExamineSurroundings,
): Promise<readonly Examined[]> {
  const parts = settings.kind === 'several' ? settings.parts : [settings];
  return Promise.all(parts.map((part) => examined(part, surroundings)));
}

async function examined(
  settings: SingleSettings,
  surroundings: ExamineSurroundings,
): Promise<Examined> {
  const { label } = settings;
  const place = 'path' in settings ? { path: settings.path } : {};
  try {
    return { label, ...place, ...(await stateOf(settings, surroundings)) };
  } catch (thrown) {
    return { label, ...place, state: 'to be made', failure: asFailure(thrown) };
  }
}

async function stateOf(
  settings: SingleSettings,
  surroundings: ExamineSurroundings,
): Promise<Pick<Examined, 'state' | 'lockedBy'>> {
  switch (settings.kind) {
    case 'maildir':
      return { state: stateAs(examineFolders(foldersOf(settings.path))) };
    case 'mbox': {
      const file = followOwnLinks(settings.path);
      return { state: stateAs(examineMailboxFile(file)), lockedBy: pidIn(`${file}.lock`) };
    }
    case 'pipe': {
      const { PATH = '' } = cleanEnvironment(surroundings.env, surroundings.user);
      runnableWords(settings.command, PATH);
      return { state: 'ready' };
    }
    case 'lmtp':
    case 'smtp':
      await reachMailServer(settings, surroundings);
      return { state: 'ready' };
    default:
      throw new TypeError(settings satisfies never);
  }
}

function stateAs(found: 'there' | 'to be made'): Examined['state'] {
  return found === 'there' ? 'ready' : found;
}
