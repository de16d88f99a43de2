import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shortPath } from '../config/problem-text.ts';
import { passwordFile } from '../init/password-place.ts';
import { Wizard } from '../init/wizard.ts';
import type { ConfigurationFile } from './configuration-file.ts';
import {
  type Answers,
  found,
  fromHome,
  type InitInvocation,
  type InitParts,
  suggestedName,
} from './init-answers.ts';
import { complaint } from './init-complaint.ts';
import { isInstalled } from './store-password.ts';
import type { World } from './world.ts';

export interface AskedAnswers {
  readonly wizard: Wizard;
  readonly answers: Answers;
  /** What to try after a login that failed, or to write it as it is. */
  readonly afterRefusal: (answers: Answers) => Promise<Answers | 'write'>;
}

/** What somebody in front of a terminal answers; undefined where there is nobody, or who wants no questions. */
export async function wizardOn(
  invocation: InitInvocation,
  file: ConfigurationFile,
  parts: InitParts,
): Promise<AskedAnswers | undefined> {
  const { terminal } = parts.world;
  if (terminal === undefined || invocation.yes || !invocation.global.input) return undefined;
  const { ClackQuestions } = await import('../init/clack-questions.ts');
  const questions = new ClackQuestions(terminal(), parts.signal);
  const { world, tell } = parts;
  const wizard = new Wizard(invocation, {
    questions,
    tell,
    find: (email) => found(email, parts),
    complaint: (key, value) => complaint(key, value, { file, home: world.home }),
    isInstalled: (program) => isInstalled(program, world.env),
    isPassEntry: (entry) => existsSync(join(passStore(world), `${entry}.gpg`)),
    passwordFile: (account) =>
      passwordFile(account, file.path, existsSync, (path) => shortPath(path, world.home)),
  });
  const answers = await asked(wizard, file, world);
  return {
    wizard,
    answers,
    async afterRefusal(before) {
      const next = await questions.choose('And now', [
        { value: 'password', label: 'another login name or password' },
        { value: 'again', label: 'try once more' },
        { value: 'write', label: 'write it down as it is' },
      ]);
      if (next === 'write') return 'write';
      if (next === 'again') return before;
      const user = await questions.text('Login name', { otherwise: before.server.user });
      const server = { ...before.server, user };
      return { ...before, server, password: await wizard.password(before.name, server) };
    },
  };
}

async function asked(wizard: Wizard, file: ConfigurationFile, world: World): Promise<Answers> {
  const email = await wizard.email();
  const server = await wizard.server(email);
  const name = await wizard.name(suggestedName(email, server, file.accounts));
  const deliver = fromHome(await wizard.deliver(), world);
  const keep = await wizard.keep();
  return { email, server, name, deliver, keep, password: await wizard.password(name, server) };
}

function passStore({ env, home }: World): string {
  return env.PASSWORD_STORE_DIR ?? join(home, '.password-store');
}
