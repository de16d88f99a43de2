// A process of its own that takes an account's lock: `hold` keeps it until killed; `count N LOG` takes it N times and
// writes `in PID` and `out PID` to the log while it has it.
import fs from 'node:fs';
import { Failure } from '../../src/errors.ts';
import { lockAccount } from '../../src/state/lock.ts';
import { guardsNamed } from './lock-guards.ts';

const [, , directory = '', guards = '', task = '', times = '0', log = ''] = process.argv;
const options = { now: Date.now, guards: guardsNamed(guards) };

if (task === 'hold') {
  const lock = await lockAccount(directory, options);
  process.stdout.write('held\n');
  setInterval(() => lock.assertHeld(), 1000);
} else {
  for (let taken = 0; taken < Number(times); ) {
    try {
      await using _ = await lockAccount(directory, options);
      fs.appendFileSync(log, `in ${process.pid}\n`);
      await new Promise(setImmediate);
      fs.appendFileSync(log, `out ${process.pid}\n`);
      taken += 1;
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'locked')) throw error;
      await new Promise(setImmediate);
    }
  }
}
