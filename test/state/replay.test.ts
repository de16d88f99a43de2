import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import type { Intent } from '../../src/mail/intent.ts';
import {
  batchLines,
  decodeField,
  encodeField,
  headerLine,
  type JournalRecord,
  recordLine,
} from '../../src/state/journal-line.ts';
import { longestLine } from '../../src/state/lines.ts';
import { replay } from '../../src/state/replay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const header = headerLine('acc', 'id0');

describe('replaying a journal', () => {
  it('gives back the records that were written, whatever is in them', async () => {
    await using folder = await temporaryFolder();
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
        const read = replayed(folder.path, journalOf(batches));
        assert.deepEqual(read.records, batches.flat());
      }),
      { numRuns: 200 },
    );
  });

  it('drops exactly the batch that a crash cut anywhere, and nothing before it', async () => {
    await using folder = await temporaryFolder();
    const journal = fc.tuple(fc.array(batch, { maxLength: 3 }), batch, fc.nat(), tail);
    fc.assert(
      fc.property(journal, ([before, last, at, appended]) => {
        const whole = journalOf(before);
        const torn = batchLines(last.map(recordLine));
        const cut = torn.subarray(0, at % torn.length);
        const read = replayed(folder.path, Buffer.concat([whole, cut, appended]));
        assert.deepEqual(read.records, before.flat());
        assert.equal(read.length, whole.length);
      }),
      { numRuns: 300 },
    );
  });

  it('drops a last batch of which the disk kept only some blocks', async () => {
    await using folder = await temporaryFolder();
    const journal = fc.tuple(fc.array(batch, { maxLength: 2 }), longBatch, fc.nat(), fc.nat());
    fc.assert(
      fc.property(journal, ([before, last, from, length]) => {
        const whole = journalOf(before);
        const begin = recordsBegin(last);
        const torn = batchLines(last.map(recordLine));
        const hole = begin + (from % (torn.length - begin));
        torn.fill(0, hole, Math.min(torn.length, hole + 1 + (length % 600)));
        const read = replayed(folder.path, Buffer.concat([whole, torn]));
        assert.deepEqual(read.records, before.flat());
        assert.equal(read.length, whole.length);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses damage anywhere before the last batch, naming file and line', async () => {
    await using folder = await temporaryFolder();
    const journal = fc.tuple(
      fc.array(batch, { minLength: 1, maxLength: 4 }),
      batch,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
    );
    fc.assert(
      fc.property(journal, ([before, last, at, flip]) => {
        const damaged = journalOf(before);
        // But the LF before the last line: with it, that line would be the last one, torn.
        const index = at % (damaged.length - 1);
        damaged[index] = (damaged[index] ?? 0) ^ flip;
        const bytes = Buffer.concat([damaged, batchLines(last.map(recordLine))]);
        assert.throws(
          () => replayed(folder.path, bytes),
          (thrown) =>
            thrown instanceof Failure &&
            thrown.code === 'state' &&
            (thrown.facts.path ?? '').endsWith('journal') &&
            /line \d+ is damaged|newer popfetch/.test(thrown.facts.reason ?? ''),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('reads lines across all edges of its chunks', async () => {
    await using folder = await temporaryFolder();
    for (const length of [1, 200_000, 262_000, 262_144, 600_000]) {
      const uid = 'u'.repeat(length);
      const records: JournalRecord[] = [
        { kind: 'back', uid },
        { kind: 'back', uid: 'b' },
        { kind: 'done', uid, at: 7 },
      ];
      const read = replayed(folder.path, journalOf(records.map((record) => [record])));
      assert.deepEqual(read.records, records);
    }
  });

  it('needs no memory for a long tail of NULs, nor for a line that nobody wrote', async () => {
    await using folder = await temporaryFolder();
    const whole = journalOf([[{ kind: 'back', uid: 'b' }]]);
    const nuls = Buffer.alloc(3 * longestLine);
    assert.equal(replayed(folder.path, Buffer.concat([whole, nuls])).length, whole.length);
    const line = batchLines([recordLine({ kind: 'back', uid: 'c' })]);
    const buried = Buffer.concat([whole, nuls, Buffer.from('\n'), line]);
    assert.throws(() => replayed(folder.path, buried), /line 3 is damaged/);
  });

  it('names the line', async () => {
    await using folder = await temporaryFolder();
    const lines = ['a', 'b', 'c', 'd'].map((uid) => recordLine({ kind: 'back', uid }));
    const text = header + lines.join('');
    const bytes = Buffer.from(text.replace(' back b\n', ' back x\n'), 'latin1');
    assert.throws(() => replayed(folder.path, bytes), /line 3 is damaged/);
  });
});

describe('a field of the journal', () => {
  it('gives back any text, and is printable ASCII without blanks', () => {
    fc.assert(
      fc.property(wideText, (text) => {
        const field = encodeField(text);
        assert.match(field, /^[\x21-\x7e]+$/);
        assert.equal(decodeField(field), text);
      }),
    );
  });
});

const uid = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)) }),
  fc.constantFrom('batch', '../../x', '000000016b0295b5', '%'),
);
const wideText = fc
  .array(fc.nat(0xffff), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));
const plainObjects = { noNullPrototype: true };
const at = fc.nat({ max: 4_000_000_000_000 });
const bareIntent: fc.Arbitrary<Omit<Intent, 'uid'>> = fc.record(
  {
    place: fc.string(),
    size: fc.nat(),
    sha256: fc.constant('0f'.repeat(32)),
    bootId: fc.uuid(),
  },
  plainObjects,
);
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc
    .tuple(uid, at, bareIntent)
    .map(([uid, at, bare]) => ({ kind: 'intent' as const, uid, at, intent: { uid, ...bare } })),
  fc.record(
    { kind: fc.constantFrom('done' as const, 'gone' as const, 'seen' as const), uid, at },
    plainObjects,
  ),
  fc.record(
    {
      kind: fc.constantFrom('withdrawn' as const, 'back' as const, 'forgotten' as const),
      uid,
    },
    plainObjects,
  ),
);
const batch = fc.array(record, { minLength: 1, maxLength: 4 });
const longBatch = fc.array(record, { minLength: 2, maxLength: 20 });
/** What a file system may put behind the end of what was written. */
const tail = fc.constantFrom('', '\0', '\0'.repeat(5000)).map((text) => Buffer.from(text));

function journalOf(batches: readonly (readonly JournalRecord[])[]): Buffer {
  const written = batches.map((records) => batchLines(records.map(recordLine)));
  return Buffer.concat([Buffer.from(header, 'latin1'), ...written]);
}

/** Where the first record of a batch of several stands. */
function recordsBegin(records: readonly JournalRecord[]): number {
  const bytes = batchLines(records.map(recordLine));
  return bytes.indexOf('\n') + 1;
}

function replayed(
  folder: string,
  bytes: Buffer,
): { records: JournalRecord[]; length: number; lines: number } {
  const file = `${folder}/journal`;
  fs.writeFileSync(file, bytes);
  const fd = fs.openSync(file, 'r');
  try {
    const records: JournalRecord[] = [];
    const { length, lines } = replay(fd, file, 'acc', (one) => records.push(one));
    return { records, length, lines };
  } finally {
    fs.closeSync(fd);
  }
}
