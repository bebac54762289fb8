/**
 * Which file and line each published record came from, so that refusals name them. Six bytes a record.
 */
export class Positions {
  #files = new Uint16Array(1024);
  #lines = new Uint32Array(1024);
  #count = 0;

  /** Notes the next record's origin. */
  push(file: number, line: number): void {
    if (this.#count === this.#lines.length) {
      this.#files = grown(this.#files, new Uint16Array(2 * this.#count));
      this.#lines = grown(this.#lines, new Uint32Array(2 * this.#count));
    }
    this.#files[this.#count] = file;
    this.#lines[this.#count++] = line;
  }

  /** @throws RangeError when no such record was published */
  at(offset: number): { readonly file: number; readonly line: number } {
    if (!(offset < this.#count)) throw new RangeError(`no record was published at offset ${offset}`);
    return { file: this.#files[offset]!, line: this.#lines[offset]! };
  }
}

/** Files are counted in 16 bits. */
export const FILES_MAX = 65_536;

function grown<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
