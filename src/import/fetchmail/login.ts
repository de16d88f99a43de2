import { Secret } from '../../util/secret.ts';
import { type NetrcEntry, netrcPassword } from '../netrc.ts';
import type { Translated } from './connection.ts';
import type { Options } from './options.ts';

interface Login extends Translated {
  /** Stands in clear in a file. */
  readonly secret: Secret | undefined;
}

/** How to log in. fetchmail looks into .netrc for the name behind `poll`, and then for the one behind `via`. */
export function login(
  name: string,
  options: Options,
  user: string,
  netrc: readonly NetrcEntry[],
): Login {
  const auth = authentication(options);
  const notes = [...auth.notes];
  const written = options.text('password');
  const via = options.text('via');
  const found =
    written ??
    netrcPassword(netrc, name, user) ??
    (via === undefined ? undefined : netrcPassword(netrc, via, user));
  if (found === undefined) {
    const asked = options.entryNote('taken', 'no password, neither here nor in .netrc: asked for');
    const settings = { password: { prompt: true }, ...auth.settings };
    return { settings, secret: undefined, notes: [...notes, asked] };
  }
  if (written === undefined)
    notes.push(options.entryNote('taken', 'password: in .netrc, and read there when it is needed'));
  notes.push(
    ...options.note('password', 'changed', 'not copied, but read there when it is needed'),
  );
  return { settings: auth.settings, secret: new Secret(found), notes };
}

function authentication(options: Options): Translated {
  if (options.text('protocol') === 'apop') return { settings: { auth: 'apop' }, notes: [] };
  const auth = options.text('auth');
  switch (auth) {
    case undefined:
      return { settings: {}, notes: [] };
    case 'cram-md5':
      return { settings: { auth }, notes: options.note('auth', 'taken', `auth: ${auth}`) };
    case 'any':
    case 'auth-password':
      return { settings: {}, notes: options.note('auth', 'taken', 'auth: auto') };
    default:
      return { settings: {}, notes: options.note('auth', 'left', 'not known here; auth: auto') };
  }
}
