import { isAbsolute, join } from 'node:path';
import { shortPath } from '../config/problem-text.ts';
import type { Call } from '../service/call.ts';
import { crontab } from '../service/crontab.ts';
import { lingers, userSystemctl } from '../service/systemctl.ts';
import type { Unit } from '../service/unit.ts';
import { UnitFiles } from '../service/unit-files.ts';
import { mainUnit, type UserForm, userUnits } from '../service/user-units.ts';
import type { World } from './world.ts';

type Command = readonly string[];

/** The units in the user's own folder, and what the user's systemd is told of them. */
export class UserService {
  readonly #call: Call;
  readonly #world: World;
  readonly #files: UnitFiles;
  readonly #every: readonly Unit[];

  constructor(call: Call, world: World) {
    this.#call = call;
    this.#world = world;
    const { XDG_CONFIG_HOME: xdg = '' } = world.env;
    const config = isAbsolute(xdg) ? xdg : join(world.home, '.config');
    this.#files = new UnitFiles(join(config, 'systemd/user'));
    this.#every = [...userUnits('timer', call), ...userUnits('service', call)];
  }

  /** One form replaces the other. Nothing is written where there is no systemd, or a file of somebody else's. */
  async install({
    form,
    yes,
  }: {
    readonly form: UserForm;
    readonly yes: boolean;
  }): Promise<number> {
    if (userSystemctl(['--version'], this.#world.env).kind === 'absent') {
      this.#tell('there is no systemd here (no systemctl). For cron, with crontab -e:');
      this.#print(crontab(this.#call).trimEnd());
      return 69;
    }
    const units = userUnits(form, this.#call);
    const foreign = this.#every.filter((unit) => this.#files.look(unit) === 'not ours');
    if (foreign.length > 0 && !yes) return this.#leave(foreign);
    const others = this.#every.filter(({ name }) => units.every((unit) => unit.name !== name));
    const untold = this.#takeAway(others.filter((unit) => this.#files.look(unit) !== 'absent'));
    let isRestarted = false;
    for (const unit of units) if ((await this.#write(unit)) === 'replaced') isRestarted = true;
    this.#start(form, isRestarted, untold);
    return 0;
  }

  /** Takes away what install wrote; with `yes` also what was changed since, or was written by somebody else. */
  remove({ yes }: { readonly yes: boolean }): number {
    const there = this.#every.filter((unit) => this.#files.look(unit) !== 'absent');
    const foreign = yes ? [] : there.filter((unit) => this.#files.look(unit) === 'not ours');
    const ours = there.filter((unit) => !foreign.includes(unit));
    if (there.length === 0) this.#print('nothing is installed');
    const untold = this.#takeAway(ours);
    if (ours.length > 0) this.#tellToRun([...untold, ...this.#try([['daemon-reload']])]);
    return foreign.length > 0 ? this.#leave(foreign) : 0;
  }

  #leave(foreign: readonly Unit[]): 73 {
    for (const unit of foreign)
      this.#tell(
        `${this.#path(unit)} was not written by popfetch, or changed since: left as it is`,
      );
    this.#world.stderr.write('--yes replaces or removes it\n');
    return 73;
  }

  async #write(unit: Unit): Promise<'written' | 'unchanged' | 'replaced'> {
    const before = this.#files.look(unit);
    if (before === 'same') {
      this.#print(`unchanged: ${this.#path(unit)}`);
      return 'unchanged';
    }
    await this.#files.write(unit);
    this.#print(`wrote ${this.#path(unit)}`);
    return before === 'absent' ? 'written' : 'replaced';
  }

  /** Stopped, disabled and removed; returns what systemd could not be told. */
  #takeAway(units: readonly Unit[]): readonly Command[] {
    const enabled = units.filter(({ name }) => Object.values<string>(mainUnit).includes(name));
    const untold = this.#try(enabled.map(({ name }) => ['disable', '--now', name]));
    for (const unit of units) {
      this.#files.remove(unit.name);
      this.#print(`removed ${this.#path(unit)}`);
    }
    return untold;
  }

  #start(form: UserForm, isRestarted: boolean, before: readonly Command[]): void {
    const name = mainUnit[form];
    // What runs already runs by the old unit.
    const restart = isRestarted ? [['restart', name]] : [];
    const now = [['daemon-reload'], ['enable', '--now', name], ...restart];
    const untold = [...before, ...this.#try(now)];
    if (untold.length > 0) {
      this.#tellToRun(untold);
      this.#world.stderr.write(`Or without systemd, with crontab -e:\n${crontab(this.#call)}`);
      return;
    }
    this.#print(`started ${name}: ${afterwards[form]}`);
    this.#print("what it says: journalctl --user -u 'popfetch*'");
    if (lingers(this.#world.uid, this.#world.env) !== true)
      this.#print('It ends when you log out; to have it go on: loginctl enable-linger');
  }

  /** The commands from the first on that systemd does not take. */
  #try(commands: readonly Command[]): readonly Command[] {
    const at = commands.findIndex((words) => {
      const answer = userSystemctl(words, this.#world.env);
      if (answer.kind === 'failed') this.#tell(`systemctl: ${answer.why}`);
      return answer.kind !== 'done';
    });
    return at === -1 ? [] : commands.slice(at);
  }

  #tellToRun(commands: readonly Command[]): void {
    if (commands.length === 0) return;
    this.#tell('your systemd could not be told. Run this where it can be reached:');
    for (const words of commands)
      this.#world.stderr.write(`  systemctl --user ${words.join(' ')}\n`);
  }

  #path({ name }: Unit): string {
    return shortPath(this.#files.pathOf(name), this.#world.home);
  }

  #print(line: string): void {
    this.#world.stdout.write(`${line}\n`);
  }

  #tell(line: string): void {
    this.#world.stderr.write(`popfetch: ${line}\n`);
  }
}

const afterwards = {
  timer: 'the first poll comes within twelve minutes (systemctl --user list-timers)',
  service: 'popfetch status tells how the accounts are',
} as const;
