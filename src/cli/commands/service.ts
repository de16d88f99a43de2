import { crontab } from '../../service/crontab.ts';
import { systemUnit } from '../../service/system-unit.ts';
import type { Unit } from '../../service/unit.ts';
import { userUnits } from '../../service/user-units.ts';
import type { Invocation } from '../args.ts';
import { load, problemOf } from '../configuration.ts';
import { systemCall, userCall } from '../installation.ts';
import { UserService } from '../user-service.ts';
import type { World } from '../world.ts';

type ServiceInvocation = Extract<Invocation, { command: 'service' }>;
type PrintInvocation = Extract<ServiceInvocation, { action: 'print' }>;

/** Has popfetch run by itself: prints, installs or removes what does that. Resolves with the exit status. */
export async function service(invocation: ServiceInvocation, world: World): Promise<number> {
  const { action, global } = invocation;
  switch (action) {
    case 'print':
      world.stdout.write(await printed(invocation, world));
      return 0;
    case 'install': {
      const status = await new UserService(await userCall(global, world), world).install(
        invocation,
      );
      if (status === 0) await warnOfConfiguration(invocation, world);
      return status;
    }
    case 'remove':
      return new UserService(await userCall(global, world), world).remove(invocation);
    default:
      return action satisfies never;
  }
}

async function printed({ form, global }: PrintInvocation, world: World): Promise<string> {
  switch (form) {
    case 'timer':
    case 'service':
      return textOf(userUnits(form, await userCall(global, world)));
    case 'system':
      return textOf([systemUnit(systemCall(global, world), await credentials(global, world))]);
    case 'cron':
      return crontab(await userCall(global, world));
    default:
      return form satisfies never;
  }
}

function textOf(units: readonly Unit[]): string {
  return units.map(({ text }) => text).join('\n');
}

/** What the configuration, where there is a good one, wants from systemd. */
async function credentials(
  global: PrintInvocation['global'],
  world: World,
): Promise<readonly string[]> {
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return [];
  const sources = loaded.config.accounts.flatMap(({ password, oauth }) => [
    password,
    oauth?.clientSecret,
  ]);
  const names = sources.flatMap((source) => (source?.kind === 'credential' ? [source.name] : []));
  return [...new Set(names)];
}

/** The configuration may well be written later; until then every poll fails. */
async function warnOfConfiguration(
  { global }: Pick<ServiceInvocation, 'global'>,
  world: World,
): Promise<void> {
  const loaded = await load(global, world);
  if (loaded.kind === 'config') return;
  world.stderr.write(`popfetch: nothing can be fetched yet: ${problemOf(loaded, world)}\n`);
}
