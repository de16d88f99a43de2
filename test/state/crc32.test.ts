import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 as crc32OfZlib } from 'node:zlib';
import fc from 'fast-check';
import { crc32, crc32OfText } from '../../src/state/crc32.ts';

describe('the checksum of a journal line', () => {
  it('is the CRC-32 that everybody computes', () => {
    assert.equal(crc32(Buffer.from('123456789'), 0, 9), 0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(9), (bytes, skipped) => {
        const start = Math.min(skipped, bytes.length);
        const rest = bytes.subarray(start);
        assert.equal(crc32(bytes, start, bytes.length), crc32OfZlib(rest));
        assert.equal(crc32OfText(Buffer.from(rest).toString('latin1')), crc32OfZlib(rest));
      }),
    );
  });
});
