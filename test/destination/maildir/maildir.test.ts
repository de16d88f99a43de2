import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import { maildir } from '../../../src/destination/maildir/maildir.ts';
import { Failure, type FailureCode } from '../../../src/errors.ts';
import type { Intent } from '../../../src/mail/intent.ts';
import {
  delivered,
  destinationContract,
  message,
  plain,
  promised,
} from '../../contract/destination.ts';
import { errno, faultyFs } from '../../durable/faulty-fs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type MaildirPlace, maildirPlace } from './place.ts';

destinationContract('a Maildir', maildirPlace);

describe('a Maildir', () => {
  it('is made with its parents, private', async () => {
    await using place = await maildirPlace();
    await place.open('s').prepare();
    for (const folder of ['..', '.', 'tmp', 'new', 'cur']) {
      const mode = fs.statSync(path.join(place.root, folder)).mode & 0o777;
      assert.equal(mode, 0o700, folder);
    }
  });

  it('gets files that only their owner reads, named by the Maildir rule with their size', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    const delivery = await destination.accept(message('uid', 'ab\r\n'), plain);
    await delivered(destination, [delivery]);
    const [name = ''] = place.names('new');
    assert.match(name, /^1795330260\.P[0-9a-f]{24}_\d{1,6}\.h,S=3$/);
    const file = destination.pathOf(delivery) ?? '';
    assert.equal(file, path.join(place.root, 'new', name));
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  });

  it('shows what the account once delivered to it, whatever became of its records', async () => {
    await using place = await maildirPlace();
    const before = await ready(place);
    for (const uid of ['a', 'b', 'c']) {
      await delivered(before, [await before.accept(message(uid, 'x\r\n'), plain)]);
    }
    const [first = '', second = ''] = place.names('new');
    const inner = path.join(place.root, '.Archive', 'cur');
    fs.mkdirSync(inner, { recursive: true });
    fs.renameSync(path.join(place.root, 'new', first), path.join(inner, `${first}:2,S`));
    fs.renameSync(path.join(place.root, 'new', second), path.join(place.root, 'cur', second));
    fs.writeFileSync(path.join(place.root, '.no-folder'), '');
    const later = place.open('another id');
    assert.equal(await later.received?.(['a', 'b', 'c', 'd']), 3);
    const owner = { account: 'other', storeId: 's' };
    assert.equal(await maildir({ path: place.root, label: '' }, owner).received?.(['a', 'b']), 0);
  });

  it('takes a host name with any characters', async () => {
    await using folder = await temporaryFolder();
    const root = path.join(folder.path, 'M');
    const surroundings = { hostname: 'a/b:c,d e\n', now: Date.now };
    const owner = { account: 'a', storeId: 's' };
    const destination = maildir({ path: root, label: '' }, owner, surroundings);
    await destination.prepare();
    await delivered(destination, [await destination.accept(message('u', 'x'), plain)]);
    const [name = ''] = fs.readdirSync(path.join(root, 'new'));
    assert.match(name, /_\d+\.a\\057b\\072c_d_e_,S=1$/);
  });

  it('finds the Message-ID near the top', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    const text = `Subject: x\r\nmessage-id:\r\n <a@b>\r\n\r\n${'y'.repeat(200_000)}`;
    const delivery = await destination.accept(message('u', text), { ...plain, trace: true });
    assert.equal(delivery.messageId, '<a@b>');
    await destination.abort(delivery);
  });

  it('writes through no link or file that has its name already', async () => {
    await using place = await maildirPlace();
    const first = await ready(place);
    await first.accept(message('u', 'first'), plain);
    const [name = ''] = place.names('tmp');
    const victim = path.join(place.root, 'victim');
    fs.writeFileSync(victim, 'precious');
    fs.rmSync(path.join(place.root, 'tmp', name));
    fs.symlinkSync('../victim', path.join(place.root, 'tmp', name));
    const second = place.open('our-store');
    await delivered(second, [await second.accept(message('u', 'second'), plain)]);
    assert.deepEqual(place.visible(), ['second']);
    assert.deepEqual(place.names('new'), [
      `${name.replace(/(?<=_)\d+/, (attempt) => `${Number(attempt) + 1}`)},S=6`,
    ]);
    assert.equal(fs.readFileSync(victim, 'utf8'), 'precious');
  });

  it('makes a small message one write', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    using faulty = faultyFs(() => 'none');
    const delivery = await destination.accept(message('u', 'x'.repeat(5000)), {
      ...plain,
      trace: true,
    });
    assert.equal(faulty.calls.filter(({ effect }) => effect === 'writeSync').length, 1);
    await destination.abort(delivery);
  });
});

describe('preparing a Maildir', () => {
  it('refuses a file in its place', async () => {
    await using place = await maildirPlace();
    fs.mkdirSync(path.dirname(place.root));
    fs.writeFileSync(place.root, '');
    await fails(place.open('s').prepare(), 'config', /is a file/);
  });

  it('refuses a file among its parents', async () => {
    await using place = await maildirPlace();
    fs.writeFileSync(path.dirname(place.root), '');
    await fails(place.open('s').prepare(), 'cannot_create', /not a folder/);
  });

  it('refuses a folder with other things in it, and touches nothing there', async () => {
    await using place = await maildirPlace();
    fs.mkdirSync(place.root, { recursive: true });
    fs.writeFileSync(path.join(place.root, 'letter.txt'), '');
    const failure = await fails(place.open('s').prepare(), 'config', /other things/);
    assert.match(failure.facts.hint ?? '', /Maildir/);
    assert.deepEqual(fs.readdirSync(place.root), ['letter.txt']);
  });

  it('completes an empty folder and a Maildir that lacks a part', async () => {
    await using place = await maildirPlace();
    fs.mkdirSync(path.join(place.root), { recursive: true });
    await place.open('s').prepare();
    fs.rmdirSync(path.join(place.root, 'tmp'));
    await place.open('s').prepare();
    assert.deepEqual(fs.readdirSync(place.root).sort(), ['cur', 'new', 'tmp']);
  });

  it('takes a link to a folder elsewhere', async () => {
    await using place = await maildirPlace();
    const elsewhere = path.join(path.dirname(path.dirname(place.root)), 'elsewhere');
    fs.mkdirSync(elsewhere);
    fs.mkdirSync(path.dirname(place.root));
    fs.symlinkSync(elsewhere, place.root);
    await place.open('s').prepare();
    assert.deepEqual(fs.readdirSync(elsewhere).sort(), ['cur', 'new', 'tmp']);
  });

  it('refuses folders on different file systems', { skip: skipUnlessInMemory() }, async () => {
    await using place = await maildirPlace();
    await place.open('s').prepare();
    const elsewhere = fs.mkdtempSync('/dev/shm/popfetch-test-');
    try {
      fs.rmdirSync(path.join(place.root, 'tmp'));
      fs.symlinkSync(elsewhere, path.join(place.root, 'tmp'));
      await fails(place.open('s').prepare(), 'config', /different file systems/);
    } finally {
      fs.rmdirSync(elsewhere);
    }
  });

  it("refuses, as root, another user's Maildir", { skip: skipUnlessRoot() }, async () => {
    await using place = await maildirPlace();
    await place.open('s').prepare();
    fs.chownSync(place.root, 12_345, 12_345);
    await fails(place.open('s').prepare(), 'config', /another user/);
  });

  it('names what the system says of its folders', async () => {
    await using place = await maildirPlace();
    await place.open('s').prepare();
    fs.rmSync(path.join(place.root, 'new'), { recursive: true });
    using _ = faultyFs(({ effect }) => (effect === 'mkdirSync' ? errno('EROFS') : 'none'));
    const failure = await fails(place.open('s').prepare(), 'no_permission', /read-only/);
    assert.equal(failure.facts.path, path.join(place.root, 'new'));
  });
});

describe('recovering a Maildir', () => {
  it('counts a promised message as delivered wherever a reader took it, within this boot', async () => {
    await using place = await maildirPlace();
    const intents = await crashedAfterCommit(place);
    for (const name of place.names('new')) fs.rmSync(path.join(place.root, 'new', name));
    assert.equal(await stateAfter(place, intents, 'this-boot'), 'delivered');
  });

  it('finds it after a reboot under the flags that a reader gave it', async () => {
    await using place = await maildirPlace();
    const intents = await crashedAfterCommit(place);
    const [name = ''] = place.names('new');
    const flagged = `${name.replace(',S=4', ',S=4,W=5')}:2,FS`;
    fs.renameSync(path.join(place.root, 'new', name), path.join(place.root, 'cur', flagged));
    assert.equal(await stateAfter(place, intents, 'other-boot'), 'delivered');
  });

  it('fetches it again when a reboot left nothing of it', async () => {
    await using place = await maildirPlace();
    const intents = await crashedAfterCommit(place);
    for (const name of place.names('new')) fs.rmSync(path.join(place.root, 'new', name));
    assert.equal(await stateAfter(place, intents, 'other-boot'), 'absent');
  });

  it('does not trust a file in tmp/ that is not what was promised', async () => {
    for (const damage of ['text', 'longer text', '']) {
      await using place = await maildirPlace();
      const intents = await crashedBeforeCommit(place);
      const [name = ''] = place.names('tmp');
      fs.writeFileSync(path.join(place.root, 'tmp', name), damage);
      // Killed before the promise was off the record, the next run must come to the same.
      for (const _ of [1, 2]) {
        assert.equal(await stateAfter(place, intents, 'this-boot'), 'absent', damage);
      }
      await place.open('our-store').recover([], 'this-boot');
      assert.equal(place.hidden(), 0);
      assert.deepEqual(place.visible(), []);
    }
  });

  it('does not take a file that readers may have cleaned out of tmp/ for a delivered one', async () => {
    await using place = await maildirPlace();
    const intents = await crashedBeforeCommit(place);
    for (const name of place.names('tmp')) fs.rmSync(path.join(place.root, 'tmp', name));
    place.now += 40 * 3600 * 1000;
    assert.equal(await stateAfter(place, intents, 'this-boot'), 'absent');
  });

  it('does not believe that another Maildir has what was promised for this one', async () => {
    await using place = await maildirPlace();
    await using other = await maildirPlace();
    const intents = await crashedBeforeCommit(place);
    assert.equal(await stateAfter(other, intents, 'this-boot'), 'absent');
  });

  it('leaves files of other programs and other owners in tmp/ alone', async () => {
    await using place = await maildirPlace();
    await ready(place);
    const foreign = ['1795330260.P0123456789abcdef01234567_0.h', '1.M2P3.dovecot', 'x'];
    for (const name of foreign) fs.writeFileSync(path.join(place.root, 'tmp', name), 'x');
    await place.open('our-store').recover([], 'this-boot');
    assert.deepEqual(place.names('tmp').sort(), foreign.sort());
  });

  it('follows no link that somebody put into tmp/', async () => {
    await using place = await maildirPlace();
    const intents = await crashedBeforeCommit(place);
    const [name = ''] = place.names('tmp');
    const file = path.join(place.root, 'tmp', name);
    fs.renameSync(file, path.join(place.root, 'moved'));
    fs.symlinkSync('../moved', file);
    await fails(place.open('our-store').recover(intents, 'this-boot'), 'config', /link/);
  });
});

describe('a failing disk under a Maildir', () => {
  it('delivers nothing whose sync failed, and takes it away', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    let syncs = 0;
    using _ = faultyFs(({ effect }) =>
      effect === 'fsync' && ++syncs === 2 ? errno('EIO') : 'none',
    );
    const batch = [
      await destination.accept(message('a', 'first'), plain),
      await destination.accept(message('b', 'second'), plain),
      await destination.accept(message('c', 'third'), plain),
    ];
    const failed = await destination.secure(batch);
    assert.deepEqual(
      failed.map(({ delivery, failure }) => [delivery.uid, failure.code]),
      [['b', 'io_error']],
    );
    await destination.commit(batch.filter(({ uid }) => uid !== 'b'));
    assert.deepEqual(place.visible().sort(), ['first', 'third']);
    assert.equal(place.hidden(), 0);
  });

  it('delivers nothing of a batch whose folder cannot be synced', async () => {
    for (const step of ['secure', 'commit'] as const) {
      await using place = await maildirPlace();
      const destination = await ready(place);
      const batch = [await destination.accept(message('a', 'x'), plain)];
      if (step === 'commit') await destination.secure(batch);
      else await new Promise(setImmediate);
      using _ = faultyFs(({ effect }) => (effect === 'fsync' ? errno('EIO') : 'none'));
      const failed = await destination[step](batch);
      assert.deepEqual(
        failed.map(({ failure }) => failure.code),
        ['io_error'],
      );
    }
  });

  it('leaves no part of a message when the disk is full', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    let writes = 0;
    using faulty = faultyFs(({ effect }) =>
      effect === 'writeSync' && ++writes === 2 ? errno('ENOSPC') : 'none',
    );
    const accepting = destination.accept(message('a', 'x'.repeat(200_000)), plain);
    const failure = await fails(accepting, 'no_space', /no space/);
    assert.equal(failure.facts.path, path.join(place.root, 'tmp'));
    assert.equal(place.hidden(), 0);
    assert.equal(faulty.calls.filter(({ effect }) => effect === 'closeSync').length, 1);
  });

  it('keeps the promise of a message that could not be moved, for the next run', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    const batch = [await destination.accept(message('a', 'moved later'), plain)];
    await destination.secure(batch);
    const intents = promised(destination, batch);
    {
      using _ = faultyFs(({ effect }) => (effect === 'renameSync' ? errno('EXDEV') : 'none'));
      const failed = await destination.commit(batch);
      assert.deepEqual(
        failed.map(({ failure }) => failure.code),
        ['config'],
      );
    }
    assert.equal(await stateAfter(place, intents, 'this-boot'), 'delivered');
    assert.deepEqual(place.visible(), ['moved later']);
  });

  it('waits for a file descriptor when they run short', async () => {
    await using place = await maildirPlace();
    const destination = await ready(place);
    const batch = [await destination.accept(message('a', 'first'), plain)];
    let opened = 0;
    using _ = faultyFs(({ effect, on }) =>
      effect === 'openSync' && String(on).includes('/tmp/') && ++opened === 1
        ? errno('EMFILE')
        : 'none',
    );
    batch.push(await destination.accept(message('b', 'second'), plain));
    await delivered(destination, batch);
    assert.deepEqual(place.visible().sort(), ['first', 'second']);
  });
});

async function ready(place: MaildirPlace): Promise<Destination> {
  const destination = place.open('our-store');
  await destination.prepare();
  return destination;
}

async function crashedBeforeCommit(place: MaildirPlace): Promise<Intent[]> {
  const destination = await ready(place);
  const batch = [await destination.accept(message('a', 'mail'), plain)];
  await destination.secure(batch);
  return promised(destination, batch);
}

async function crashedAfterCommit(place: MaildirPlace): Promise<Intent[]> {
  const destination = await ready(place);
  const batch = [await destination.accept(message('a', 'mail'), plain)];
  await delivered(destination, batch);
  return promised(destination, batch);
}

async function stateAfter(
  place: MaildirPlace,
  intents: readonly Intent[],
  bootId: string,
): Promise<string | undefined> {
  const next = await ready(place);
  return (await next.recover(intents, bootId))[0]?.state;
}

async function fails(promise: Promise<unknown>, code: FailureCode, said: RegExp): Promise<Failure> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Failure, `no failure but ${String(thrown)}`);
  assert.equal(thrown.code, code);
  assert.match(thrown.facts.reason ?? thrown.message, said);
  return thrown;
}

function skipUnlessRoot(): string | false {
  return process.geteuid?.() === 0 ? false : 'needs root to give a folder away';
}

function skipUnlessInMemory(): string | false {
  const there = fs.statSync('/dev/shm', { throwIfNoEntry: false });
  return there === undefined || there.dev === fs.statSync(os.tmpdir()).dev
    ? 'needs a second file system at /dev/shm'
    : false;
}
