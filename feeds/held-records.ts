/**
 * Records that must be put in order before they can be handed on: those of files whose name tells no arrival.
 *
 * Only the bytes of their lines are kept, outside V8's heap, and read again when their turn comes. The limit is
 * therefore memory: the size of such files and some 60 bytes a record. Files named by the standard are never held.
 */
import { BATCH_LINES_MAX } from './lines.ts';
import type { TransactionRecord } from './transaction-file.ts';
import { parseTransactionLine } from './transaction-line.ts';

const SLAB_BYTES = 4 * 1024 * 1024;
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const UNIT_BYTES_MAX = 3;

export class HeldRecords {
  readonly #sourceOfRank: readonly number[];
  // One entry a record, in the order of adding.
  readonly #arrivals: number[] = [];
  readonly #ranks: number[] = [];
  readonly #lines: number[] = [];
  /** Where its text begins: bytes from the start of the first slab. */
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #slabs: Buffer[] = [];
  #slabUsedBytes = SLAB_BYTES;
  /** Indexes of the records in order of arrival, once there are no more to add. */
  #order: number[] | null = null;
  #taken = 0;

  /** `sourceOfRank`: which file each rank (its place by name) is. */
  constructor(sourceOfRank: readonly number[]) {
    this.#sourceOfRank = sourceOfRank;
  }

  /** A good line. Ranks, and lines within a rank, must come in ascending order. */
  add(rank: number, line: number, arrivalMs: number, text: string): void {
    if (this.#order !== null) throw new Error('records were added after the first was taken');
    if (text.length * UNIT_BYTES_MAX > SLAB_BYTES - this.#slabUsedBytes) {
      this.#slabs.push(Buffer.allocUnsafeSlow(SLAB_BYTES));
      this.#slabUsedBytes = 0;
    }
    const length = this.#slabs.at(-1)!.write(text, this.#slabUsedBytes);
    this.#arrivals.push(arrivalMs);
    this.#ranks.push(rank);
    this.#lines.push(line);
    this.#starts.push((this.#slabs.length - 1) * SLAB_BYTES + this.#slabUsedBytes);
    this.#lengths.push(length);
    this.#slabUsedBytes += length;
  }

  /** Takes the records that come before a file of this arrival and rank, in batches of at most 1,000. */
  *takeBefore(arrivalMs: number, rank: number): Generator<TransactionRecord[]> {
    const order = this.#order ??= this.#sorted();
    let batch: TransactionRecord[] = [];
    for (; this.#taken < order.length; this.#taken++) {
      const index = order[this.#taken]!;
      const recordArrivalMs = this.#arrivals[index]!;
      if (recordArrivalMs > arrivalMs || (recordArrivalMs === arrivalMs && this.#ranks[index]! > rank)) break;
      if (batch.length === BATCH_LINES_MAX) {
        yield batch;
        batch = [];
      }
      batch.push(this.#record(index));
    }
    if (batch.length > 0) yield batch;
  }

  /** Files already in order cost next to nothing here: JavaScript's sort finds runs and merges them. */
  #sorted(): number[] {
    const arrivals = this.#arrivals;
    return Array.from(arrivals.keys()).sort((a, b) => arrivals[a]! - arrivals[b]! || a - b);
  }

  #record(index: number): TransactionRecord {
    const start = this.#starts[index]!;
    const offset = start % SLAB_BYTES;
    const text = this.#slabs[Math.floor(start / SLAB_BYTES)]!.toString('utf8', offset, offset + this.#lengths[index]!);
    return {
      source: this.#sourceOfRank[this.#ranks[index]!]!,
      line: this.#lines[index]!,
      transaction: parseTransactionLine(text)!,
      arrivalMs: this.#arrivals[index]!,
    };
  }
}
