/**
 * Amounts by payout id, packed: some 30 bytes a payout, so that the close of a shard of a million citizens stays small.
 * Its digest is that of a manifest: contract, section 5.
 */
import { createHash } from 'node:crypto';

const ID_BYTES = 16;
/** An id, then the amount in cents as a double. */
const ROW_BYTES = 24;
const ROWS_AT_FIRST = 256;

export class PayoutTable {
  #rows = Buffer.alloc(ROWS_AT_FIRST * ROW_BYTES);
  /** Open-addressed: numbers of rows from 1, 0 = none; twice as many as rows fit. */
  #slots = new Uint32Array(2 * ROWS_AT_FIRST);
  #size = 0;
  #sumCents = 0;

  /** How many payouts. */
  get size(): number {
    return this.#size;
  }

  get sumCents(): number {
    return this.#sumCents;
  }

  /** The amount of a payout in cents, undefined where the id is not there. */
  get(id: string): number | undefined {
    const row = this.#slots[this.#slotOf(bytesOf(id))]!;
    return row === 0 ? undefined : this.#rows.readDoubleBE((row - 1) * ROW_BYTES + ID_BYTES);
  }

  /** Notes a payout. Answers the amount that the id has now: that of its first time. */
  add(id: string, amountCents: number): number {
    const bytes = bytesOf(id);
    const slot = this.#slotOf(bytes);
    const known = this.#slots[slot]!;
    if (known !== 0) return this.#rows.readDoubleBE((known - 1) * ROW_BYTES + ID_BYTES);
    const at = this.#size * ROW_BYTES;
    bytes.copy(this.#rows, at);
    this.#rows.writeDoubleBE(amountCents, at + ID_BYTES);
    this.#slots[slot] = ++this.#size;
    this.#sumCents += amountCents;
    if ((this.#size + 1) * ROW_BYTES > this.#rows.length) this.#grow();
    return amountCents;
  }

  /** Hex SHA-256 over the lines `payoutId:amount`, each with LF, sorted. */
  digest(): string {
    const order = Uint32Array.from({ length: this.#size }, (_, row) => row * ROW_BYTES);
    const rows = this.#rows;
    // Ids are of one length, lower case and each once: their bytes sort as the lines do.
    order.sort((a, b) => rows.readUInt32BE(a) - rows.readUInt32BE(b) || rows.compare(rows, b, b + ID_BYTES, a, a + ID_BYTES));
    const hash = createHash('sha256');
    for (const at of order) hash.update(`${rows.toString('hex', at, at + ID_BYTES)}:${rows.readDoubleBE(at + ID_BYTES)}\n`);
    return hash.digest('hex');
  }

  /** Where the id is, or would be. */
  #slotOf(id: Buffer): number {
    const mask = this.#slots.length - 1;
    // Ids are the beginnings of SHA-256 sums.
    for (let slot = id.readUInt32BE(0) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]!;
      if (row === 0 || this.#rows.compare(id, 0, ID_BYTES, (row - 1) * ROW_BYTES, (row - 1) * ROW_BYTES + ID_BYTES) === 0) return slot;
    }
  }

  #grow(): void {
    const rows = Buffer.alloc(2 * this.#rows.length);
    this.#rows.copy(rows);
    this.#rows = rows;
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let row = 0; row < this.#size; row++) {
      this.#slots[this.#slotOf(rows.subarray(row * ROW_BYTES, row * ROW_BYTES + ID_BYTES))] = row + 1;
    }
  }
}

/** @throws RangeError for what is no payout id */
function bytesOf(id: string): Buffer {
  const bytes = Buffer.from(id, 'hex');
  if (id.length !== 2 * ID_BYTES || bytes.length !== ID_BYTES) throw new RangeError('not a payout id');
  return bytes;
}
