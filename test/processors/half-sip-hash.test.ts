/** HalfSipHash-2-4 with 64 bits against its authors' vectors, and against the algorithm as their paper words it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { halfSipHash } from '../../processors/half-sip-hash.ts';

/** Input 00 01 02 …, key 00 … 07. */
const VECTORS: readonly (readonly [length: number, hash: string])[] = [
  [0, '218d1f59b9b83cc8'], [1, 'be552412f8387315'], [2, '064f39ef7c50eb57'], [3, 'ce0f1a45f7060679'], [4, 'd5e78a175be52ea1'],
  [5, 'cb9d7c3f2f3db580'], [8, 'edfee820bce4858c'],
];
const KEY = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);

describe('the authors\' vectors', () => {
  test.each(VECTORS)('%i bytes', (length, hash) => {
    const input = Buffer.from(Array.from({ length }, (_, i) => i));
    expect(ours(input, KEY)).toBe(hash);
    expect(paper(input, KEY)).toBe(hash);
  });
});

test('any input under any key is hashed as the paper says', () => {
  const bytes = (max: number, min = 0) => fc.uint8Array({ minLength: min, maxLength: max, size: 'max' }).map((array) => Buffer.from(array));
  fc.assert(fc.property(bytes(600), bytes(8, 8), (input, key) => {
    expect(ours(input, key)).toBe(paper(input, key));
  }));
});

test('control: a bit of the input or of the key shows', () => {
  const input = Buffer.from('a payment');
  const other = Buffer.from(input);
  other[8]! ^= 1;
  const otherKey = Buffer.from(KEY);
  otherKey[7]! ^= 0x80;
  expect(new Set([ours(input, KEY), ours(other, KEY), ours(input, otherKey)]).size).toBe(3);
});

test('only the bytes up to the length are read, and only eight are written', () => {
  const output = Buffer.alloc(12, 0xaa);
  halfSipHash(Buffer.from('abcdef'), 3, output, 2);
  const alone = Buffer.alloc(8);
  halfSipHash(Buffer.from('abc'), 3, alone, 0);
  expect(output).toEqual(Buffer.concat([Buffer.alloc(2, 0xaa), alone, Buffer.alloc(2, 0xaa)]));
});

function ours(input: Buffer, key: Buffer): string {
  const output = Buffer.alloc(8);
  halfSipHash(input, input.length, output, 0, key.readUInt32LE(0), key.readUInt32LE(4));
  return output.toString('hex');
}

/** Words of 32 bits as BigInt, so that no rule of JavaScript's integers can help or hinder. */
function paper(input: Buffer, key: Buffer): string {
  const wrap = (value: bigint) => value & 0xffff_ffffn;
  const rotate = (value: bigint, by: bigint) => wrap((value << by) | (value >> (32n - by)));
  const [k0, k1] = [BigInt(key.readUInt32LE(0)), BigInt(key.readUInt32LE(4))];
  let [v0, v1, v2, v3] = [k0, k1 ^ 0xeen, 0x6c796765n ^ k0, 0x74656462n ^ k1];
  const sipRound = () => {
    v0 = wrap(v0 + v1); v2 = wrap(v2 + v3);
    v1 = rotate(v1, 5n) ^ v0; v3 = rotate(v3, 8n) ^ v2;
    v0 = rotate(v0, 16n);
    v2 = wrap(v2 + v1); v0 = wrap(v0 + v3);
    v1 = rotate(v1, 13n) ^ v2; v3 = rotate(v3, 7n) ^ v0;
    v2 = rotate(v2, 16n);
  };
  const padded = Buffer.alloc(Math.floor(input.length / 4) * 4 + 4);
  input.copy(padded);
  padded[padded.length - 1] = input.length % 256;
  for (let at = 0; at < padded.length; at += 4) {
    const word = BigInt(padded.readUInt32LE(at));
    v3 ^= word;
    sipRound(); sipRound();
    v0 ^= word;
  }
  const half = () => {
    for (let round = 0; round < 4; round++) sipRound();
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(Number(v1 ^ v3));
    return bytes.toString('hex');
  };
  v2 ^= 0xeen;
  const first = half();
  v1 ^= 0xddn;
  return first + half();
}
