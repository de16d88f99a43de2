import type { NewAccount, WrittenSettings } from '../../config/append-account.ts';
import type { ImportPlan } from '../../import/plan.ts';
import type { World } from '../world.ts';
import type { Decided } from './decide.ts';
import { passwordThere } from './password.ts';

/** An imported account as it is written into the configuration. */
export function newAccount(
  { imported, name }: Decided,
  plan: Pick<ImportPlan, 'tool' | 'files'>,
  world: Pick<World, 'program' | 'env' | 'home'>,
): NewAccount {
  const { settings, secret } = imported;
  const comments = imported.comments.map((line) => line.replaceAll(`${world.home}/`, '~/'));
  if (secret === undefined) return { name, settings: inOrder(settings), comments };
  const file = imported.file ?? plan.files[0] ?? '';
  const password = passwordThere({ tool: plan.tool, file, account: imported.name }, world);
  return { name, settings: inOrder({ ...settings, password }), comments };
}

/** As somebody would write it: the server, the login, the mail, and then the rest. */
function inOrder(settings: WrittenSettings): WrittenSettings {
  const known = first.filter((key) => key in settings);
  const rest = Object.keys(settings).filter((key) => !first.includes(key));
  const entries = [...known, ...rest].flatMap((key) => {
    const value = settings[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

const first: readonly string[] = 'email host port tls user password auth deliver keep'.split(' ');
