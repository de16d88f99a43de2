import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import { Turns } from '../../../src/destination/mbox/turns.ts';
import type { Failure } from '../../../src/errors.ts';
import { delivered, message, plain, promised } from '../../contract/destination.ts';
import { type MboxPlace, mboxPlace, messagesIn } from './place.ts';

const isRoot = process.geteuid?.() === 0;
const onlyRoot = { skip: isRoot ? false : 'only root can give files away' };
const other = 'From o Sun Nov 22 06:00:00 2026\nSubject: other\n\n';

describe('an mbox file', () => {
  const beginnings: readonly (readonly [before: string, separator: string])[] = [
    ['', ''],
    [other, ''],
    [other.slice(0, -1), '\n'],
    ['From o Sun Nov 22 06:00:00 2026\n\nno line end', '\n\n'],
    ['no mbox at all', '\n\n'],
    ['\n', ''],
    ['\0\n', '\n'],
  ];
  for (const [before, separator] of beginnings)
    it(`gets an empty line behind ${JSON.stringify(before.slice(-12))} before a message`, async () => {
      await using place = await placeWith(before);
      await deliver(place.open('our-store'), 'From: ann@x\r\n\r\nhello\r\n');
      const expected = 'From ann@x Sun Nov 22 06:51:00 2026\nFrom: ann@x\n\nhello\n\n';
      assert.equal(place.text(), `${before}${separator}${expected}`);
    });

  it('is created for its owner alone, whatever the umask', async () => {
    await using place = await mboxPlace();
    const umask = process.umask(0);
    try {
      await deliver(place.open('our-store'), 'x');
    } finally {
      process.umask(umask);
    }
    assert.equal(fs.statSync(place.file).mode & 0o777, 0o600);
    assert.equal(fs.statSync(place.spool).mode & 0o777, 0o700);
  });

  it('is found behind a link of our own, and locked beside the file itself', async () => {
    await using place = await mboxPlace();
    const real = path.join(place.spool, '..', 'real');
    fs.mkdirSync(path.dirname(real), { recursive: true });
    fs.mkdirSync(path.dirname(place.file));
    fs.symlinkSync(real, place.file);
    const destination = place.open('our-store');
    await destination.prepare();
    await destination.secure([await destination.accept(message('a', 'x'), plain)]);
    assert.ok(fs.existsSync(`${real}.lock`));
    assert.ok(fs.lstatSync(place.file).isSymbolicLink());
  });

  it('is not sought behind a link of another user', onlyRoot, async () => {
    await using place = await mboxPlace();
    fs.mkdirSync(path.dirname(place.file));
    fs.symlinkSync('/etc/passwd', place.file);
    fs.lchownSync(place.file, 65534, 65534);
    await assert.rejects(place.open('our-store').prepare(), /symbolic link that another user made/);
  });

  it('is not written with root rights where it belongs to another user', onlyRoot, async () => {
    await using place = await placeWith(other);
    fs.chownSync(place.file, 65534, 65534);
    await assert.rejects(place.open('our-store').prepare(), /belongs to another user/);
  });

  it('is no folder, no pipe and no device', async () => {
    await using place = await mboxPlace();
    fs.mkdirSync(place.file, { recursive: true });
    await assert.rejects(place.open('our-store').prepare(), (thrown: Failure) => {
      assert.equal(thrown.code, 'config');
      assert.match(thrown.facts.hint ?? '', /inbox\/ with a slash/);
      return true;
    });
    fs.rmdirSync(place.file);
    fs.symlinkSync('/dev/null', place.file);
    await assert.rejects(place.open('our-store').prepare(), /is not a file/);
  });
});

describe('an mbox that others have locked', () => {
  const minutes = (n: number) => (Date.now() - n * 60_000) / 1000;
  const locks: readonly (readonly [what: string, text: string, age: number, taken: boolean])[] = [
    ['procmail made just now', '0', 0, false],
    ['procmail made six minutes ago', '0', 6, true],
    ['a dead process left two minutes ago', '4194305\n', 2, false],
    ['a dead process left six minutes ago', '4194305\n', 6, true],
    ['a living process took an hour ago', `${process.pid}\n`, 60, false],
  ];
  for (const [what, text, age, taken] of locks)
    it(`is ${taken ? 'ours' : 'left alone'} beside a lock file that ${what}`, async () => {
      await using place = await placeWith(other);
      fs.writeFileSync(`${place.file}.lock`, text);
      fs.utimesSync(`${place.file}.lock`, minutes(age), minutes(age));
      const destination = place.another('acc', { wait: 50 });
      await destination.prepare();
      const delivery = await destination.accept(message('a', 'x'), plain);
      const [failed] = await destination.secure([delivery]);
      assert.equal(failed?.failure.code, taken ? undefined : 'destination_locked');
      assert.equal(place.text(), other);
      if (!taken) assert.equal(fs.readFileSync(`${place.file}.lock`, 'latin1'), text);
      await destination.release?.();
      assert.equal(fs.existsSync(`${place.file}.lock`), !taken);
      assert.equal(place.hidden() > 0, taken);
    });

  it('is ours at once beside a lock file that we left ourselves', async () => {
    await using place = await placeWith(other);
    const lock = `${place.file}.lock`;
    const destination = place.another('acc', { wait: 50 });
    await destination.prepare();
    const delivery = await destination.accept(message('a', 'x'), plain);
    await destination.secure([delivery]);
    const text = fs.readFileSync(lock, 'latin1');
    assert.equal(text.split('\n')[0], String(process.pid));
    await destination.release?.();
    fs.writeFileSync(lock, text);
    const next = await destination.accept(message('b', 'x'), plain);
    assert.deepEqual(await destination.secure([next]), []);
  });

  it('is left alone while another program has the kernel lock', async () => {
    await using place = await placeWith(other);
    const [one, two] = [place.another('one'), place.another('two', { wait: 50 })];
    await one.prepare();
    await one.secure([await one.accept(message('a', 'x'), plain)]);
    // Only the kernel's lock is left.
    fs.rmSync(`${place.file}.lock`);
    const [failed] = await two.secure([await two.accept(message('a', 'x'), plain)]);
    assert.equal(failed?.failure.code, 'destination_locked');
  });

  it('is waited for once in a poll, not for each batch of it', async () => {
    await using place = await placeWith(other);
    fs.writeFileSync(`${place.file}.lock`, '0');
    const destination = place.another('acc', { wait: 500 });
    await destination.prepare();
    const took: number[] = [];
    for (const uid of ['a', 'b']) {
      const began = performance.now();
      const delivery = await destination.accept(message(uid, 'x'), plain);
      const [failed] = await destination.secure([delivery]);
      assert.equal(failed?.failure.code, 'destination_locked');
      took.push(performance.now() - began);
    }
    const [first = 0, second = 0] = took;
    assert.ok(first >= 490 && second < 400, took.join(' '));
  });

  it('is not waited for when the run is to end', async () => {
    await using place = await placeWith(other);
    fs.writeFileSync(`${place.file}.lock`, '0');
    const stop = new AbortController();
    const destination = place.another('acc', { signal: stop.signal, wait: 60_000 });
    await destination.prepare();
    const delivery = await destination.accept(message('a', 'x'), plain);
    const securing = destination.secure([delivery]);
    stop.abort();
    assert.equal((await securing)[0]?.failure.code, 'interrupted');
  });

  it('is not written when the lock was taken away before the commit', async () => {
    await using place = await placeWith(other);
    const destination = place.open('our-store');
    await destination.prepare();
    const delivery = await destination.accept(message('a', 'x'), plain);
    assert.deepEqual(await destination.secure([delivery]), []);
    fs.writeFileSync(`${place.file}.lock`, '0');
    const [failed] = await destination.commit([delivery]);
    assert.equal(failed?.failure.code, 'destination_locked');
    assert.equal(place.text(), other);
    assert.equal(fs.readFileSync(`${place.file}.lock`, 'latin1'), '0');
  });
});

it('two accounts of one process deliver to one mbox, each message whole', async () => {
  await using place = await placeWith('');
  const turns = new Turns();
  const texts = await Promise.all(
    ['one', 'two', 'three'].map(async (account) => {
      const destination = place.another(account, { turns });
      const texts = Array.from({ length: 20 }, (_, n) => `${account} ${n}\nFrom here\n`);
      for (const text of texts) await deliver(destination, text);
      return texts;
    }),
  );
  assert.deepEqual(place.visible().sort(), texts.flat().sort());
});

describe('after a crash, an mbox', () => {
  it('that was changed by a reader is searched for what was promised', async () => {
    await using place = await placeWith(other.repeat(3));
    const crashed = place.open('our-store');
    await crashed.prepare();
    const batch = [
      await crashed.accept(message('a', 'first\n'), plain),
      await crashed.accept(message('b', 'second\n'), plain),
    ];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.commit(batch);
    // The reader removed two messages and flagged a third, which makes it longer, and ours another place.
    const rest = place.text().slice(other.length * 2);
    fs.writeFileSync(place.file, rest.replace('Subject: other\n', 'Subject: other\nStatus: RO\n'));
    const recovered = await place.open('our-store').recover(intents, 'boot');
    assert.deepEqual(recovered, [
      { uid: 'a', state: 'delivered' },
      { uid: 'b', state: 'delivered' },
    ]);
    assert.equal(place.visible().length, 3);
    assert.deepEqual(place.notices, []);
  });

  it('that lost one of two equal messages gets one more', async () => {
    await using place = await placeWith('');
    const crashed = place.open('our-store');
    await crashed.prepare();
    const batch = [
      await crashed.accept(message('a', 'same\n'), plain),
      await crashed.accept(message('b', 'same\n'), plain),
    ];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.commit(batch.slice(0, 1));
    fs.appendFileSync(place.file, other);
    const recovered = await place.open('our-store').recover(intents, 'boot');
    assert.deepEqual(
      recovered.map(({ state }) => state),
      ['delivered', 'absent'],
    );
    assert.match(place.notices.join(), /written by another program/);
  });

  it('that was cut off where ours should begin does not join it to a line', async () => {
    await using place = await placeWith(other);
    const crashed = place.open('our-store');
    await crashed.prepare();
    const batch = [await crashed.accept(message('a', 'x'), plain)];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.release?.();
    const changed = `${other.slice(0, -2)}.x`;
    fs.writeFileSync(place.file, changed);
    const recovered = await place.open('our-store').recover(intents, 'boot');
    assert.deepEqual(recovered, [{ uid: 'a', state: 'absent' }]);
    assert.equal(place.text(), changed);
  });

  it('keeps what others wrote in the place that was promised', async () => {
    await using place = await placeWith('');
    const crashed = place.open('our-store');
    await crashed.prepare();
    const batch = [await crashed.accept(message('a', 'x'.repeat(5000)), plain)];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    await crashed.release?.();
    fs.writeFileSync(place.file, other);
    const recovered = await place.open('our-store').recover(intents, 'boot');
    assert.deepEqual(recovered, [{ uid: 'a', state: 'absent' }]);
    assert.equal(place.text(), other);
  });
});

it('a full disk leaves the mbox as it was, and the next run has the rest', async (t) => {
  await using place = await mboxPlace();
  fs.mkdirSync(path.dirname(place.file), { recursive: true });
  const disk = path.dirname(place.file);
  const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  if (mounting.status !== 0) return t.skip('only root can mount a small disk');
  try {
    const destination = place.open('our-store');
    await deliver(destination, 'fits\n');
    const before = place.text();
    const large = await destination.accept(message('b', 'x'.repeat(200_000)), plain);
    assert.deepEqual(await destination.secure([large]), []);
    const intents = promised(destination, [large]);
    const [failed] = await destination.commit([large]);
    assert.equal(failed?.failure.code, 'no_space');
    assert.equal(place.text(), before);
    spawnSync('mount', ['-o', 'remount,size=1m', disk]);
    const recovered = await place.open('our-store').recover(intents, 'boot');
    assert.deepEqual(recovered, [{ uid: 'b', state: 'delivered' }]);
    assert.deepEqual(messagesIn(place.text()), ['fits\n', `${'x'.repeat(200_000)}\n`]);
  } finally {
    spawnSync('umount', [disk]);
  }
});

async function placeWith(text: string): Promise<MboxPlace> {
  const place = await mboxPlace();
  fs.mkdirSync(path.dirname(place.file));
  fs.writeFileSync(place.file, text, 'latin1');
  return place;
}

async function deliver(destination: Destination, text: string): Promise<void> {
  await destination.prepare();
  await delivered(destination, [await destination.accept(message('a', text), plain)]);
}
