/**
 * A set of a file's lines, one bit a line: 100 million lines take 12 MB.
 */
const BYTES_AT_FIRST = 1024;

export class LineSet {
  #bits = new Uint8Array(BYTES_AT_FIRST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(line: number): boolean {
    return (this.#byteOf(line) & maskOf(line)) !== 0;
  }

  /** @param line from 0, below 2^32 */
  add(line: number): void {
    if (this.has(line)) return;
    while (line >>> 3 >= this.#bits.length) {
      const grown = new Uint8Array(2 * this.#bits.length);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[line >>> 3]! |= maskOf(line);
    this.#size++;
  }

  /** False: it was not there. */
  delete(line: number): boolean {
    if (!this.has(line)) return false;
    this.#bits[line >>> 3]! &= ~maskOf(line);
    this.#size--;
    return true;
  }

  #byteOf(line: number): number {
    return Math.floor(line / 8) < this.#bits.length ? this.#bits[line >>> 3]! : 0;
  }
}

function maskOf(line: number): number {
  return 1 << (line & 7);
}
