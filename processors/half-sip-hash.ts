/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein): a hash for short inputs out of 32-bit operations.
 *
 * Ids and links of ledger entries are such hashes. The key is fixed and public: 64 bits make accidental collisions
 * within one citizen's some hundred records vanishingly rare; nobody gains by a forged one, since whoever may publish
 * payments can publish any. `crypto.hash` takes five times as long for inputs of this size.
 */

const KEY_LOW = 0x746f726e; // "torn"
const KEY_HIGH = 0x61636f6e; // "acon"

/** Writes the 8-byte hash of `input[0, length)` into `output` at `at`. */
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
  // The input's words, then the tail with the length, then four rounds after each finalisation mark.
  for (let i = 0; i <= whole + 8; i += 4) {
    const final = i > whole;
    const word = i < whole ? input[i]! | (input[i + 1]! << 8) | (input[i + 2]! << 16) | (input[i + 3]! << 24) : final ? 0 : tail;
    if (final) {
      if (i === whole + 4) v2 ^= 0xee;
      else v1 ^= 0xdd;
    }
    v3 ^= word;
    for (let round = final ? 4 : 2; round > 0; round--) {
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
    v0 ^= word;
    if (i === whole + 4) writeWord(v1 ^ v3, output, at);
  }
  writeWord(v1 ^ v3, output, at + 4);
}

function writeWord(word: number, output: Buffer, at: number): void {
  output[at] = word & 255;
  output[at + 1] = (word >>> 8) & 255;
  output[at + 2] = (word >>> 16) & 255;
  output[at + 3] = word >>> 24;
}
