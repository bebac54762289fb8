/**
 * What the conformance suite needs of a log besides the port: topics to be made and damaged, and time to pass.
 */
import { expect } from 'vitest';
import type { Batch, Log, LogRecord, OutgoingRecord, Source, SourceListener } from '../../ports/log.ts';

export interface TestTopic {
  readonly partitions: number;
  readonly timestamps: 'append' | 'create';
}

export interface Harness {
  readonly log: Log;
  /** Makes a topic of a fresh name, and returns it. */
  readonly topic: (options: TestTopic) => Promise<string>;
  readonly deleteRecords: (topic: string, partition: number, beforeOffset: number) => Promise<void>;
  /** The same name, and nothing in it. */
  readonly recreate: (topic: string, options: TestTopic) => Promise<void>;
  /** The group takes the member for dead; a batch of it may be under way, and its process goes on. */
  readonly expel: (source: Source) => Promise<void>;
  /** A group's committed offset; null when there is none. */
  readonly committed: (topic: string, group: string, partition: number) => Promise<number | null>;
  /** Lets a little happen. */
  readonly step: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const PATIENCE_MS = 30_000;

export async function until(harness: Harness, what: string, condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`never happened: ${what}`);
    await harness.step();
  }
}

/** Long enough for whatever is under way to arrive: for things that must not happen. */
export async function aWhile(harness: Harness): Promise<void> {
  for (let i = 0; i < 40; i++) await harness.step();
}

/** A member that notes all it hears, and goes on from where it stands. */
export class Member implements SourceListener {
  readonly source: Source;
  /** Where each partition starts; -1: stays paused. */
  readonly startAt: (partition: number) => number;
  readonly batches: Batch[] = [];
  readonly crashes: Error[] = [];
  readonly events: string[] = [];
  mine = new Set<number>();
  /** What it answers; may be replaced. */
  handle: (batch: Batch) => Promise<number> | number = ({ records }) => records.at(-1)!.offset + 1;

  constructor(source: Source, startAt: (partition: number) => number = () => 0) {
    this.source = source;
    this.startAt = startAt;
  }

  static async join(harness: Harness, topic: string, group: string, startAt?: (partition: number) => number): Promise<Member> {
    const member = new Member(harness.log.subscribe(topic, group), startAt);
    await member.source.start(member);
    return member;
  }

  assigned(partitions: readonly number[]): void {
    this.mine = new Set(partitions);
    this.events.push(`assigned ${partitions.join()}`);
    for (const partition of partitions) {
      const offset = this.startAt(partition);
      if (offset >= 0) this.source.resumeAt(partition, offset);
    }
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) this.mine.delete(partition);
    this.events.push(`revoked ${partitions.join()}`);
  }

  async batch(batch: Batch): Promise<number> {
    expect(batch.records.length).toBeGreaterThan(0);
    this.batches.push(batch);
    return this.handle(batch);
  }

  crashed(cause: Error): void {
    this.crashes.push(cause);
  }

  records(partition: number): readonly LogRecord[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap(({ records }) => records);
  }

  offsets(partition: number): readonly number[] {
    return this.records(partition).map(({ offset }) => offset);
  }
}

export function outgoing(text: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord {
  return { key: Buffer.from('key'), value: Buffer.from(text), ...more };
}

export function many(count: number, prefix = 'r'): OutgoingRecord[] {
  return Array.from({ length: count }, (_, i) => outgoing(`${prefix}${i}`));
}

export function texts(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => value?.toString() ?? 'null');
}

export function upTo(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

export async function collect(range: AsyncIterable<readonly LogRecord[]>): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for await (const records of range) all.push(...records);
  return all;
}

export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
