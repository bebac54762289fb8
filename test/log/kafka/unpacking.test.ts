/**
 * The decoders by their formats' descriptions, and on damaged bytes. What a broker itself packs is read in
 * codecs.integration.test.ts.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackLz4 } from '../../../log/kafka/lz4.ts';
import { unpackSnappy } from '../../../log/kafka/snappy.ts';

const MAX = 1000;
const bytes = (...parts: (number | string | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string))));

/** Magic, version 1 with independent blocks, 64 KiB blocks, the header's checksum. */
const LZ4_HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x00]);
const block = (content: Buffer, flag = 0): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE((content.length + flag * 0x8000_0000) >>> 0);
  return Buffer.concat([size, content]);
};
const lz4 = (content: Buffer): Buffer => bytes(LZ4_HEADER, block(content), Buffer.alloc(4));
const chunk = (content: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(content.length);
  return Buffer.concat([size, content]);
};
const SNAPPY_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);

/** Java's frame has no end of its own: of the one below, a reader cannot see that these are not all. */
const CHUNK_ENDS = [16, 25];

const FORMATS = [
  ['LZ4', unpackLz4, bytes(LZ4_HEADER, block(bytes(0x32, 'abc', 3, 0, 0x20, '!?'), 0), block(Buffer.from('raw'), 1), Buffer.alloc(4)), 'abcabcabc!?raw'],
  ['LZ4 with all checksums and its size', unpackLz4,
    bytes(LZ4_HEADER.subarray(0, 4), 0x7c, 0x40, Buffer.alloc(8), 0, block(bytes(0x20, 'ab')), Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)), 'ab'],
  ['LZ4 of long runs', unpackLz4, lz4(bytes(0xff, 0, 'abcdefghijklmno', 15, 0, 255, 1, 0x10, 'z')),
    `${'abcdefghijklmno'.repeat(20).slice(0, 15 + 15 + 256 + 4)}z`],
  ['LZ4 of two blocks, the second looking back into the first', unpackLz4,
    bytes(LZ4_HEADER, block(bytes(0x40, 'abcd')), block(bytes(0x00, 4, 0, 0x10, 'e')), Buffer.alloc(4)), 'abcdabcde'],
  ['LZ4 of nothing', unpackLz4, bytes(LZ4_HEADER, Buffer.alloc(4)), ''],
  ['bare Snappy', unpackSnappy, bytes(9, 2 << 2, 'abc', 2 << 2 | 1, 3), 'abcabcabc'],
  ['Snappy with distances of two and four bytes', unpackSnappy, bytes(9, 2 << 2, 'abc', 2 << 2 | 2, 3, 0, 2 << 2 | 3, 6, 0, 0, 0), 'abcabcabc'],
  ['Snappy with a long literal', unpackSnappy, bytes(0x80 | 44, 2, 61 << 2, 43, 1, 'x'.repeat(300)), 'x'.repeat(300)],
  ['Snappy as Java frames it', unpackSnappy, bytes(SNAPPY_HEADER, chunk(bytes(3, 2 << 2, 'abc')), chunk(bytes(2, 1 << 2, 'de'))), 'abcde'],
  ['Snappy of nothing', unpackSnappy, bytes(0), ''],
] as const;

describe.each(FORMATS)('%s', (_, unpack, packed, text) => {
  test('is unpacked', () => { expect(unpack(packed, MAX).toString()).toBe(text); });

  test('cut short is refused', () => {
    for (let end = 0; end < packed.length; end++) {
      if (CHUNK_ENDS.includes(end) && packed.subarray(0, 16).equals(SNAPPY_HEADER)) continue;
      expect(() => unpack(packed.subarray(0, end), MAX), `${end} bytes`).toThrow(RangeError);
    }
  });

  test('larger than it may be is refused before it is there', () => {
    if (text.length === 0) return;
    expect(unpack(packed, text.length).toString()).toBe(text);
    expect(() => unpack(packed, text.length - 1)).toThrow(`more than ${text.length - 1} bytes`);
  });

  test('damaged is refused or other bytes, never more than allowed, and nothing else', () => {
    fc.assert(fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length - 1), fc.nat(255), (at, byte, at2, byte2) => {
      const damaged = Buffer.from(packed);
      damaged[at] = byte;
      damaged[at2] = byte2;
      try {
        expect(unpack(damaged, MAX).length).toBeLessThanOrEqual(MAX);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }), { numRuns: 1000 });
  });
});

test.each([
  ['a reference before the beginning', unpackLz4, lz4(bytes(0x10, 'a', 2, 0, 0x10, 'b')), 'refers to what is not there'],
  ['a reference to no distance', unpackLz4, lz4(bytes(0x10, 'a', 0, 0, 0x10, 'b')), 'refers to what is not there'],
  ['another magic number', unpackLz4, Buffer.alloc(20), 'no LZ4 frame'],
  ['a dictionary', unpackLz4, bytes(LZ4_HEADER.subarray(0, 4), 0x61, 0x40, Buffer.alloc(9)), 'of another kind'],
  ['a reference before the beginning', unpackSnappy, bytes(5, 0, 'a', 1, 2), 'refers to what is not there'],
  ['a length that is another', unpackSnappy, bytes(4, 2 << 2, 'abc'), 'not as long as it says'],
  ['a length without an end', unpackSnappy, Buffer.alloc(9, 0xff), 'not Snappy'],
])('%s is refused', (_, unpack, packed, why) => {
  expect(() => unpack(packed, MAX)).toThrow(why);
});
