/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein): a hash for short inputs out of 32-bit operations.
 *
 * Ids and links of ledger entries are such hashes. The key is fixed and public: 64 bits make accidental collisions
 * within one citizen's some hundred records vanishingly rare; nobody gains by a forged one, since whoever may publish
 * payments can publish any. `crypto.hash` takes five times as long for inputs of this size.
 */

const KEY_LOW = 0x746f726e; // "torn"
const KEY_HIGH = 0x61636f6e; // "acon"

/** Writes the 8-byte hash of `input[0, length)` into `output` at `at`. Rounds are written out: a loop of two takes half as long again. */
export function halfSipHash(
  input: Buffer, length: number, output: Buffer, at: number, keyLow = KEY_LOW, keyHigh = KEY_HIGH,
): void {
  let v0 = keyLow;
  let v1 = keyHigh ^ 0xee;
  let v2 = 0x6c796765 ^ keyLow;
  let v3 = 0x74656462 ^ keyHigh;
  const whole = length & ~3;
  let tail = length << 24;
  for (let i = whole; i < length; i++) tail |= input[i]! << ((i - whole) * 8);
  // Two rounds a word; the last word is what is left, with the length.
  for (let i = 0; i <= whole; i += 4) {
    const word = i < whole ? input[i]! | (input[i + 1]! << 8) | (input[i + 2]! << 16) | (input[i + 3]! << 24) : tail;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);

    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  // Four rounds after each mark, then half of the hash.
  v2 ^= 0xee;
  for (let half = 0; half < 2; half++) {
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    writeWord(v1 ^ v3, output, at + 4 * half);
    v1 ^= 0xdd;
  }
}

function writeWord(word: number, output: Buffer, at: number): void {
  output[at] = word & 255;
  output[at + 1] = (word >>> 8) & 255;
  output[at + 2] = (word >>> 16) & 255;
  output[at + 3] = word >>> 24;
}
