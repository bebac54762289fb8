/**
 * What the two decoders written here have in common: bytes read with their end in sight, and an output that grows no
 * further than it may. Both formats are runs of literal bytes and copies of what was put out before.
 */

export class Input {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws RangeError past the end, as all of these */
  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('it breaks off');
    return byte;
  }

  /** Little-endian, 1 to 4 bytes. */
  number(byteCount: number): number {
    return this.take(byteCount).readUIntLE(0, byteCount);
  }

  take(byteCount: number): Buffer {
    if (byteCount > this.left) throw new RangeError('it breaks off');
    this.#at += byteCount;
    return this.#bytes.subarray(this.#at - byteCount, this.#at);
  }
}

export class Output {
  readonly #bytesMax: number;
  #bytes: Buffer;
  #length = 0;

  constructor(bytesMax: number, expectedBytes: number) {
    this.#bytesMax = bytesMax;
    this.#bytes = Buffer.allocUnsafe(Math.min(expectedBytes, bytesMax));
  }

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError when the output would be larger than it may */
  put(literal: Buffer): void {
    this.#makeRoom(literal.length);
    literal.copy(this.#bytes, this.#length);
    this.#length += literal.length;
  }

  /** Once more, what begins so many bytes before the end; it may run into its own copy. @throws RangeError */
  repeat(distance: number, byteCount: number): void {
    if (distance < 1 || distance > this.#length) throw new RangeError('it refers to what is not there');
    this.#makeRoom(byteCount);
    const end = this.#length + byteCount;
    const bytes = this.#bytes;
    if (distance >= byteCount) bytes.copyWithin(this.#length, this.#length - distance, end - distance);
    else for (let i = this.#length; i < end; i++) bytes[i] = bytes[i - distance]!;
    this.#length = end;
  }

  content(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(byteCount: number): void {
    const needed = this.#length + byteCount;
    if (needed > this.#bytesMax) throw new RangeError(`it holds more than ${this.#bytesMax} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(needed, 2 * this.#bytes.length)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
