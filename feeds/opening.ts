/**
 * A file's first line, where it says something about the file: the checksum line of transactions, the header of
 * enrolments.
 *
 * Source: contract, section 3. Both are short, so they are read as bytes, before there are any lines.
 */
import { createHash, type Hash } from 'node:crypto';
import { ENROLMENT_HEADER } from './enrolment-line.ts';
import type { RefusalReason } from './feed-error.ts';

export interface Opening {
  /** The file's content, piece by piece. */
  push(block: Buffer): void;
  /** True once nothing that follows can change the verdict. */
  readonly settled: boolean;
  /** After the last block: why the file is refused, or null. */
  refusal(): RefusalReason | null;
  /** How many lines of the file are no records. */
  readonly lines: 0 | 1;
}

const CHECKSUM_MARK = '#sha256sum:';
const CHECKSUM_LINE = /^#sha256sum:([0-9A-Fa-f]{64})(?:\r?\n|\r?$)/;
const HEADER_LINE = new RegExp(`^${ENROLMENT_HEADER}(?:\r?\n|\r?$)`);

/** The first bytes of a content, as many as the longest first line of interest has, with CR LF. */
class Head {
  readonly #bytesMax: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(lineBytesMax: number) {
    this.#bytesMax = lineBytesMax + 2;
  }

  /** Takes what it still needs and returns the rest, which is empty until the head is complete. */
  take(block: Buffer): Buffer {
    const missing = this.#bytesMax - this.#bytes.length;
    if (missing > 0) this.#bytes = Buffer.concat([this.#bytes, block.subarray(0, missing)]);
    return block.subarray(missing);
  }

  get complete(): boolean {
    return this.#bytes.length === this.#bytesMax;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** One character a byte. */
  get text(): string {
    return this.#bytes.toString('latin1');
  }
}

/** `#sha256sum:<64 hex digits>`, if it is there, is the SHA-256 of all bytes after that line. */
export class ChecksumLine implements Opening {
  readonly #head = new Head(CHECKSUM_MARK.length + 64);
  #expected: string | null = null;
  #hash: Hash | null = null;

  push(block: Buffer): void {
    const wasComplete = this.#head.complete;
    const rest = this.#head.take(block);
    if (!wasComplete && this.#head.complete) this.#readLine();
    this.#hash?.update(rest);
  }

  get settled(): boolean {
    return this.#head.complete && this.#hash === null;
  }

  get lines(): 0 | 1 {
    return this.#head.text.startsWith(CHECKSUM_MARK) ? 1 : 0;
  }

  refusal(): RefusalReason | null {
    // A content shorter than the head: all of it is here.
    if (!this.#head.complete) this.#readLine();
    if (this.lines === 0) return null;
    if (this.#hash === null) return 'checksum-malformed';
    return this.#hash.digest('hex') === this.#expected ? null : 'checksum-differs';
  }

  #readLine(): void {
    const line = CHECKSUM_LINE.exec(this.#head.text);
    if (line === null) return;
    this.#expected = line[1]!.toLowerCase();
    this.#hash = createHash('sha256').update(this.#head.bytes.subarray(line[0].length));
  }
}

/** `hashPan,citizenId,event,at` must be there. */
export class EnrolmentHeader implements Opening {
  readonly #head = new Head(ENROLMENT_HEADER.length);
  readonly lines = 1;

  push(block: Buffer): void {
    this.#head.take(block);
  }

  get settled(): boolean {
    return this.#head.complete;
  }

  refusal(): RefusalReason | null {
    return HEADER_LINE.test(this.#head.text) ? null : 'header';
  }
}
