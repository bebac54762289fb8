/**
 * One partition in memory: records in an array, the offset of its first cell beside it.
 *
 * Deleted records free their memory at once; the array itself moves up only when half of it is dead, so that deleting
 * costs a constant a record however often it is called.
 */
import type { LogRecord, OutgoingRecord } from '../../ports/log.ts';

export class PartitionLog {
  /** Cells before the log start hold undefined. */
  #cells: (LogRecord | undefined)[] = [];
  /** The offset of the first cell. */
  #base = 0;
  #start = 0;

  /** The first offset still there. */
  get start(): number {
    return this.#start;
  }

  /** The offset that the next record will get. */
  get high(): number {
    return this.#base + this.#cells.length;
  }

  /** @returns the offset of the first */
  append(records: readonly OutgoingRecord[], nowMs: number, brokerTime: boolean): number {
    const cells = this.#cells;
    const baseOffset = this.#base + cells.length;
    for (let i = 0; i < records.length; i++) {
      const { key, value, timestampMs, headers } = records[i]!;
      cells.push({
        offset: baseOffset + i,
        timestampMs: brokerTime ? nowMs : timestampMs ?? nowMs,
        key,
        value,
        headers: headers ?? null,
      });
    }
    return baseOffset;
  }

  /** The records from `offset` (within start and high), at most so many. */
  read(offset: number, recordsMax: number): LogRecord[] {
    const from = offset - this.#base;
    return this.#cells.slice(from, from + recordsMax) as LogRecord[];
  }

  /** Moves the log start up to `offset`, at most to the end. */
  deleteBefore(offset: number): void {
    const start = Math.min(Math.max(offset, this.#start), this.high);
    const dead = start - this.#base;
    if (dead * 2 >= this.#cells.length) {
      this.#cells = this.#cells.slice(dead);
      this.#base = start;
    } else {
      this.#cells.fill(undefined, this.#start - this.#base, dead);
    }
    this.#start = start;
  }

  /** Forgets the records from `offset` on, as a replica does that becomes leader without having them. */
  truncate(offset: number): void {
    const end = Math.min(Math.max(offset, this.#start), this.high);
    this.#cells.length = end - this.#base;
  }
}
