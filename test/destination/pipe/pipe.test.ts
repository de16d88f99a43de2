import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import { Failure, type FailureCode } from '../../../src/errors.ts';
import { delivered, message, plain, promised } from '../../contract/destination.ts';
import { pipePlace } from './place.ts';

describe('a command', () => {
  /** Exit status, then what becomes of the message. */
  const statuses: readonly [status: number, code: FailureCode | undefined, reason: string][] = [
    [0, undefined, ''],
    [1, 'deliver_perm', 'exited 1'],
    [65, 'deliver_perm', 'exited 65 (data error)'],
    [69, 'deliver_perm', 'exited 69 (service unavailable)'],
    [73, 'deliver_perm', 'exited 73 (cannot create output)'],
    [75, 'deliver_temp', 'exited 75 (temporary)'],
    [127, 'deliver_perm', 'exited 127 (command not found)'],
    [137, 'deliver_temp', 'was killed by SIGKILL'],
    [255, 'deliver_temp', 'exited 255'],
  ];
  it('decides by its exit status about each message, and the others go on', async () => {
    await using place = await pipePlace();
    const program = place.script('exit $(cat)');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const outcomes = await handOver(
      destination,
      statuses.map(([status]) => String(status)),
    );
    assert.deepEqual(
      outcomes.map((failure) => [failure?.code, failure?.facts.reason ?? '']),
      statuses.map(([, code, reason]) => [code, reason]),
    );
    assert.deepEqual(place.spooled(), []);
  });

  it('that is killed by a signal has the message later', async () => {
    await using place = await pipePlace();
    const program = place.script('kill -TERM $$');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const [failure] = await handOver(destination, ['x']);
    assert.equal(failure?.code, 'deliver_temp');
    assert.equal(failure?.facts.reason, 'was killed by SIGTERM');
  });

  it('gets the message on stdin, as a file from its beginning', async () => {
    await using place = await pipePlace();
    const program = place.script('test -f /dev/stdin && cat >"$HOME/got"');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    assert.deepEqual(await handOver(destination, ['Subject: x\r\n\r\nbody\r\n']), [undefined]);
    assert.equal(place.read('got'), 'Subject: x\n\nbody\n');
  });

  it('need not read all of it, or anything', async () => {
    await using place = await pipePlace();
    for (const text of ['exit 0', 'exec <&-; exit 0', 'head -c 10 >/dev/null']) {
      const destination = await ready(place.command({ command: { argv: [place.script(text)] } }));
      assert.deepEqual(await handOver(destination, ['x'.repeat(300_000)]), [undefined], text);
    }
  });

  it('is told about the message in a clean environment', async () => {
    await using place = await pipePlace();
    const program = place.script('exec env >>"$HOME/env"');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const text = 'From: "A, B" <a@b.example>\r\n\r\n';
    await handOver(destination, [text]);
    const env = Object.fromEntries(
      place
        .read('env')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    assert.deepEqual(
      { ...env, PATH: '', PWD: '' },
      {
        PATH: '',
        PWD: '',
        HOME: place.folder,
        USER: 'joe',
        LOGNAME: 'joe',
        SHELL: '/bin/sh',
        POPFETCH_ACCOUNT: 'acc',
        POPFETCH_UIDL: 'uid0',
        POPFETCH_SENDER: 'a@b.example',
        POPFETCH_SIZE: String(text.length - 2),
        POPFETCH_ATTEMPT: '1',
      },
    );
  });

  it('counts the attempts at a message from run to run', async () => {
    await using place = await pipePlace();
    const program = place.script(
      'echo "$POPFETCH_ATTEMPT" >>"$HOME/n"; test "$POPFETCH_ATTEMPT" = 3 || exit 75',
    );
    const settings = { command: { argv: [program] } };
    for (const _ of [1, 2, 3, 4]) {
      const destination = await ready(place.command(settings));
      await destination.recover([], 'b');
      await handOver(destination, ['x']);
    }
    assert.equal(place.read('n'), '1\n2\n3\n1\n');
  });

  it('lets nothing of the message become a part of a command', async () => {
    await using place = await pipePlace();
    const odd = '$(touch evil) `touch evil` ;touch evil| "\'\\ \x07';
    const text = `From: <${odd}@x>\r\nSubject: ${odd}\r\n\r\n`;
    const destination = await ready(
      place.command({
        command: { line: 'cat >/dev/null; echo "$POPFETCH_SENDER" >"$HOME/sender"' },
      }),
    );
    assert.deepEqual(await handOver(destination, [text], `;touch evil;$(touch evil)`), [undefined]);
    assert.ok(!fs.readdirSync(place.folder).includes('evil'));
    assert.match(place.read('sender'), /^\$ `touch evil` ;touch evil\|[^\x07]*\n$/);
  });

  it('is given its arguments as they are, and no shell', async () => {
    await using place = await pipePlace();
    const program = place.script('printf "%s\\n" "$@" >"$HOME/args"');
    const argv = [program, '$(touch evil)', 'a  b', '', '*', '-n'];
    const destination = await ready(place.command({ command: { argv } }));
    await handOver(destination, ['x']);
    assert.equal(place.read('args'), `${argv.slice(1).join('\n')}\n`);
  });

  it('shows the last line that it wrote, of stderr first', async () => {
    await using place = await pipePlace();
    const program = place.script(
      'read way; case $way in out) echo a; echo b;; both) echo out; echo err >&2;; esac; exit 75',
    );
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const outcomes = await handOver(destination, ['out\n', 'both\n', 'none\n']);
    assert.deepEqual(
      outcomes.map((failure) => [failure?.facts.uid, failure?.facts.output]),
      [
        ['uid0', 'b'],
        ['uid1', 'err'],
        ['uid2', undefined],
      ],
    );
  });

  it('may write 10 MB to stdout, of which little is kept', async () => {
    await using place = await pipePlace();
    const program = place.script(
      'head -c 10000000 /dev/zero | tr "\\0" x; sleep 0.06; echo; echo the end; exit 1',
    );
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const [failure] = await handOver(destination, ['x']);
    assert.equal(failure?.facts.output, 'the end');
  });

  it('that does not end is ended, with all that it started', async () => {
    await using place = await pipePlace();
    const program = place.script('sleep 300 & echo $! >"$HOME/pid"; wait');
    const destination = await ready(place.command({ command: { argv: [program] }, timeout: 300 }));
    const [failure, next] = await handOver(destination, ['x', 'y']);
    for (const each of [failure, next]) {
      assert.equal(each?.code, 'deliver_temp');
      assert.equal(each?.facts.reason, 'did not end within 0.3 s');
    }
    assert.ok(!isRunning(Number(place.read('pid'))));
  });

  it('that leaves a child behind with its output open does not keep anybody waiting', async () => {
    await using place = await pipePlace();
    const program = place.script('sleep 300 & echo $! >"$HOME/pid"; exit 0');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    assert.deepEqual(await handOver(destination, ['x']), [undefined]);
    process.kill(Number(place.read('pid')));
  });

  it('that is missing stops the account before the server is asked', async () => {
    await using place = await pipePlace();
    const plainFile = path.join(place.folder, 'plain');
    fs.writeFileSync(plainFile, '', { mode: 0o600 });
    const missing = [
      { argv: ['/nowhere/procmail', '-d'] },
      { argv: ['no-such-program-anywhere'] },
      { argv: [place.folder] },
      { line: '/nowhere/procmail -d joe' },
      ...(process.geteuid?.() === 0 ? [] : [{ argv: [plainFile] }]),
    ];
    for (const command of missing)
      await assert.rejects(
        place.command({ command }).prepare(),
        (error) => error instanceof Failure && error.code === 'config' && !error.nature.temporary,
        JSON.stringify(command),
      );
  });

  it('that vanishes during the run stops the account and refuses no message', async () => {
    await using place = await pipePlace();
    const program = place.script('rm "$0"');
    const destination = await ready(place.command({ command: { argv: [program] } }));
    const outcomes = await handOver(destination, ['a', 'b', 'c']);
    assert.deepEqual(
      outcomes.map((failure) => failure?.code),
      [undefined, 'config', 'config'],
    );
  });

  it('that a shell line does not find costs no message', async () => {
    await using place = await pipePlace();
    const destination = await ready(place.command({ command: { line: 'no-such-program -x' } }));
    const [failure] = await handOver(destination, ['x']);
    assert.equal(failure?.code, 'deliver_temp');
    assert.match(failure?.facts.output ?? '', /not found/);
  });

  it('gets one message after the other, or as many at once as it may', async () => {
    await using place = await pipePlace();
    const program = place.script('cat >>"$HOME/order"');
    const inOrder = await ready(place.command({ command: { argv: [program] } }));
    const numbers = Array.from({ length: 30 }, (_, number) => `${number}\n`);
    await handOver(inOrder, numbers);
    assert.equal(place.read('order'), numbers.join(''));
    // Each waits for the other to have begun.
    const meeting = place.script(
      'read me other; : >"$HOME/$me"; until test -e "$HOME/$other"; do sleep 0.01; done',
    );
    const atOnce = await ready(place.command({ command: { argv: [meeting] }, concurrency: 2 }));
    assert.deepEqual(await handOver(atOnce, ['m1 m2\n', 'm2 m1\n']), [undefined, undefined]);
  });

  it('keeps mail on its way and what was written about it private', async () => {
    await using place = await pipePlace();
    const destination = await ready(place.command({}));
    const delivery = await destination.accept(message('u', 'x'), plain);
    const spool = path.join(place.folder, 'spool');
    assert.equal(fs.statSync(spool).mode & 0o777, 0o700);
    await destination.secure([delivery]);
    await destination.commit([delivery]);
    await destination.accept(message('v', 'x'), plain);
    const names = fs.readdirSync(spool);
    assert.ok(names.length >= 3, names.join(' '));
    for (const name of names)
      assert.equal(fs.lstatSync(path.join(spool, name)).mode & 0o077, 0, name);
  });

  it('refuses a spool that others can look into', async () => {
    await using place = await pipePlace();
    fs.mkdirSync(path.join(place.folder, 'spool'));
    fs.chmodSync(path.join(place.folder, 'spool'), 0o755);
    await assert.rejects(place.command({}).prepare(), (error) => {
      return error instanceof Failure && error.code === 'config';
    });
  });
});

describe('recovering what a command was given', () => {
  it('asks for a message again that the command put off or refused', async () => {
    await using place = await pipePlace();
    const program = place.script('exit $(cat)');
    const settings = { command: { argv: [program] } };
    const crashed = await ready(place.command(settings));
    const batch = await accepted(crashed, ['0', '75', '65']);
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.commit(batch);
    const next = await ready(place.command(settings));
    for (const _ of ['first', 'and again when that was cut short'])
      assert.deepEqual(await next.recover(intents, 'b'), [
        { uid: 'uid0', state: 'delivered' },
        { uid: 'uid1', state: 'absent' },
        { uid: 'uid2', state: 'absent' },
      ]);
  });

  it('hands over again what was begun and of which nobody knows the end, as a further attempt', async () => {
    await using place = await pipePlace();
    const program = place.script('echo "$POPFETCH_ATTEMPT" >>"$HOME/n"');
    const settings = { command: { argv: [program] } };
    const crashed = await ready(place.command(settings));
    const batch = await accepted(crashed, ['x']);
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.commit(batch);
    // Both popfetch and the shell died before the end was written.
    const spool = path.join(place.folder, 'spool');
    const [log = ''] = fs.readdirSync(spool).filter((name) => name.endsWith('.outcomes'));
    const [started = ''] = fs.readFileSync(path.join(spool, log), 'utf8').split('\n');
    fs.writeFileSync(path.join(spool, log), `${started}\n${started.slice(0, 20)}`);
    fs.writeFileSync(path.join(spool, intents[0]?.place ?? ''), 'x', { mode: 0o600 });
    const next = await ready(place.command(settings));
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'uid0', state: 'delivered' }]);
    assert.equal(place.read('n'), '1\n2\n');
  });

  it('takes no part of a message for the whole', async () => {
    await using place = await pipePlace();
    const crashed = await ready(place.command({}));
    const batch = await accepted(crashed, ['whole message']);
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    fs.writeFileSync(path.join(place.folder, 'spool', intents[0]?.place ?? ''), 'whole');
    const next = await ready(place.command({}));
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'uid0', state: 'absent' }]);
    assert.deepEqual(place.visible(), []);
  });

  it('forgets successes, so that the notes do not grow', async () => {
    await using place = await pipePlace();
    for (const _ of [1, 2, 3]) {
      const destination = await ready(place.command({}));
      await destination.recover([], 'b');
      await delivered(destination, await accepted(destination, ['x']));
    }
    const spool = path.join(place.folder, 'spool');
    const [log = ''] = fs.readdirSync(spool).filter((name) => name.endsWith('.outcomes'));
    assert.equal(fs.readFileSync(path.join(spool, log), 'utf8').split('\n').length, 3);
  });

  it('stops waiting at once when it must, and the command goes on', async () => {
    await using place = await pipePlace();
    const program = place.script(
      'echo x >>"$HOME/runs"; until test -e "$HOME/go"; do sleep 0.01; done',
    );
    const settings = { command: { argv: [program] } };
    const stop = new AbortController();
    const stopped = await ready(place.command(settings, stop.signal));
    const batch = await accepted(stopped, ['a', 'b']);
    await stopped.secure(batch);
    const intents = promised(stopped, batch);
    const committing = stopped.commit(batch);
    while (!fs.existsSync(path.join(place.folder, 'runs'))) await new Promise(setImmediate);
    stop.abort();
    const failed = await committing;
    assert.deepEqual(
      failed.map(({ failure }) => failure.code),
      ['interrupted', 'interrupted'],
    );
    const next = await ready(place.command(settings));
    const recovering = next.recover(intents, 'b');
    fs.writeFileSync(path.join(place.folder, 'go'), '');
    assert.deepEqual(await recovering, [
      { uid: 'uid0', state: 'delivered' },
      { uid: 'uid1', state: 'delivered' },
    ]);
    assert.equal(place.read('runs'), 'x\nx\n');
  });

  it('ends a command of a run that died when it takes longer than it may', async () => {
    await using place = await pipePlace();
    const program = place.script(
      'echo "$POPFETCH_ATTEMPT" >>"$HOME/runs"; test "$POPFETCH_ATTEMPT" = 2 || exec sleep 300',
    );
    const stop = new AbortController();
    const command = { argv: [program] };
    const stopped = await ready(place.command({ command }, stop.signal));
    const batch = await accepted(stopped, ['a']);
    await stopped.secure(batch);
    const intents = promised(stopped, batch);
    const committing = stopped.commit(batch);
    while (!fs.existsSync(path.join(place.folder, 'runs'))) await new Promise(setImmediate);
    stop.abort();
    await committing;
    const next = await ready(place.command({ command, timeout: 200 }));
    // SIGTERM: put off, so it is fetched again.
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'uid0', state: 'absent' }]);
  });

  it('that may have delivered when all was killed is not given the message again where that is to be held', async () => {
    await using place = await pipePlace();
    const settings = { command: { line: 'echo x >>"$HOME/runs"; kill -9 $PPID -$PPID' } };
    const ifUnsure = 'hold';
    const killed = await ready(place.command({ ...settings, ifUnsure }));
    const batch = await accepted(killed, ['a']);
    await killed.secure(batch);
    const intents = promised(killed, batch);
    const [failed] = await killed.commit(batch);
    assert.equal(failed?.failure.facts.reason, 'was killed');
    const next = await ready(place.command({ ...settings, ifUnsure }));
    for (const _ of ['then', 'when that was cut short'])
      assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'uid0', state: 'unsure' }]);
    assert.equal(place.read('runs'), 'x\n');
  });

  it('is not taken for untouched after a power cut, which may have taken the notes', async () => {
    await using place = await pipePlace();
    const crashed = await ready(place.command({ ifUnsure: 'hold' }));
    const batch = await accepted(crashed, ['a']);
    await crashed.secure(batch);
    const [intent] = promised(crashed, batch);
    assert.ok(intent);
    const next = await ready(place.command({ ifUnsure: 'hold' }));
    const states = [];
    for (const boot of ['another-boot', intent.bootId])
      states.push(...(await next.recover([intent], boot)).map(({ state }) => state));
    // Its file went with the first answer: then it is fetched again.
    assert.deepEqual(states, ['unsure', 'absent']);
    assert.deepEqual(place.visible(), []);
  });
});

async function ready(destination: Destination): Promise<Destination> {
  await destination.prepare();
  return destination;
}

function accepted(destination: Destination, texts: readonly string[], uid = 'uid') {
  return Promise.all(
    texts.map((text, at) => destination.accept(message(`${uid}${at}`, text), plain)),
  );
}

/** The failure of each. */
async function handOver(
  destination: Destination,
  texts: readonly string[],
  uid?: string,
): Promise<(Failure | undefined)[]> {
  const batch = await accepted(destination, texts, uid);
  assert.deepEqual(await destination.secure(batch), []);
  const failed = await destination.commit(batch);
  return batch.map((one) => failed.find(({ delivery }) => delivery === one)?.failure);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie whose parent is gone is no more than an entry of a table.
    return !/ Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
