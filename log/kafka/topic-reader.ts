/**
 * Ranges of one topic's partitions, read by a member that has its group to itself.
 *
 * A partition serves one range at a time; different ones run side by side. A range is read ahead by two batches, then
 * its partition is paused until the reader has taken one.
 */
import { LogError } from '../../ports/log.ts';
import type { Batch, LogRecord, SourceListener } from '../../ports/log.ts';
import { limitMs } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { KafkaSource } from './source.ts';

const AHEAD_BATCHES_MAX = 2;

interface Reading {
  readonly partition: number;
  readonly to: number;
  /** All before it has been fetched, control records too. */
  fetched: number;
  readonly batches: (readonly LogRecord[])[];
  wake: () => void;
}

export class TopicReader implements SourceListener {
  readonly #source: KafkaSource;
  readonly #stallLimitMs: number;
  #assigned: ReadonlySet<number> = new Set<number>();
  /** Counts assignments: after another, what was being read must be sought again. */
  #assignments = 0;
  readonly #readings = new Map<number, Reading>();
  /** Who waits for a partition, in order. */
  readonly #turns = new Map<number, Promise<void>>();
  #failure: Error | undefined;

  private constructor(connection: KafkaConnection, topic: string, group: string, maxBytesPerPartition: number | undefined) {
    this.#stallLimitMs = limitMs(connection, 'stall');
    this.#source = new KafkaSource(connection, topic, group, {
      minBytes: 1,
      ...(maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition }),
      passed: (partition, next) => this.#pass(partition, next),
    });
  }

  /** @throws LogError */
  static async open(connection: KafkaConnection, topic: string, group: string, maxBytesPerPartition?: number): Promise<TopicReader> {
    const reader = new TopicReader(connection, topic, group, maxBytesPerPartition);
    await reader.#source.start(reader);
    return reader;
  }

  /** The range must be there: within the watermarks. */
  async *range(partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    const turn = await this.#takeTurn(partition);
    try {
      yield* this.#read(partition, from, to);
    } finally {
      this.#readings.delete(partition);
      this.#source.pause(partition);
      turn();
    }
  }

  async close(): Promise<void> {
    this.#failure ??= new LogError('unavailable', 'the reader is closed');
    this.#wakeAll();
    await this.#source.stop();
  }

  assigned(partitions: readonly number[]): void {
    this.#assigned = new Set(partitions);
    this.#assignments++;
    this.#wakeAll();
  }

  revoked(): void {
    this.#assigned = new Set();
  }

  crashed(cause: Error): void {
    this.#failure = cause;
    this.#wakeAll();
  }

  async batch({ partition, fetchedFrom, records }: Batch): Promise<number> {
    const reading = this.#readings.get(partition);
    // Nobody reads it any more, or it was sought anew: what was fetched is not asked for.
    if (reading === undefined || records[0]!.offset < reading.fetched) return fetchedFrom;
    const next = records.at(-1)!.offset + 1;
    reading.fetched = next;
    reading.batches.push(records);
    // At its end at once: the next fetch may be decoded before the reader has taken this one.
    if (reading.batches.length >= AHEAD_BATCHES_MAX || next >= reading.to) this.#source.pause(partition);
    reading.wake();
    return next;
  }

  async *#read(partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    const reading: Reading = { partition, to, fetched: from, batches: [], wake: () => undefined };
    this.#readings.set(partition, reading);
    let seenAssignments = -1;
    let position = from;
    for (;;) {
      const records = reading.batches.shift();
      if (records !== undefined) {
        position = records.at(-1)!.offset + 1;
        const within = position > to ? records.filter(({ offset }) => offset < to) : records;
        if (within.length > 0) yield within;
        if (position >= to) return;
        // It may have been paused for being ahead; seeking where it stands is harmless if it was not.
        if (reading.batches.length === AHEAD_BATCHES_MAX - 1) this.#source.resumeAt(partition, reading.fetched);
        continue;
      }
      if (reading.fetched >= to) return;
      if (seenAssignments !== this.#assignments) {
        seenAssignments = this.#assignments;
        if (this.#assigned.has(partition)) this.#source.resumeAt(partition, reading.fetched);
      }
      await this.#wait(reading, () => seenAssignments !== this.#assignments, position);
    }
  }

  /** @throws LogError when nothing happens for too long, or the subscription has ended */
  async #wait(reading: Reading, changed: () => boolean, position: number): Promise<void> {
    const before = reading.fetched;
    const deadlineMs = performance.now() + this.#stallLimitMs;
    while (reading.batches.length === 0 && reading.fetched === before && !changed()) {
      if (this.#failure !== undefined) throw this.#failure;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) {
        throw new LogError('unavailable', `${this.#source.topic}/${reading.partition}: nothing came from ${position} on`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        reading.wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  }

  /** How far the partition has been read, control records and all. */
  #pass(partition: number, next: number): void {
    const reading = this.#readings.get(partition);
    if (reading === undefined || next < reading.fetched) return;
    reading.fetched = next;
    reading.wake();
  }

  #wakeAll(): void {
    for (const { wake } of this.#readings.values()) wake();
  }

  /** @returns what ends the turn */
  async #takeTurn(partition: number): Promise<() => void> {
    const before = this.#turns.get(partition);
    let end: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => { end = resolve; });
    this.#turns.set(partition, (before ?? Promise.resolve()).then(() => turn));
    await before;
    return end;
  }
}
