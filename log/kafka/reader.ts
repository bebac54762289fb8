/**
 * Reads ranges without being part of a group that matters: the library has no consumer without one, so there is a
 * group of its own for each topic read, `<prefix>tornaconto-read-<uuid>`, deleted afterwards.
 *
 * Joining is dear (3 s with a broker's default group.initial.rebalance.delay.ms), so a topic's reader is kept while it
 * is in use and some time after; a range then costs a seek and a fetch.
 */
import { randomUUID } from 'node:crypto';
import { LogError } from '../../ports/log.ts';
import type { LogReader, LogRecord, Watermarks } from '../../ports/log.ts';
import type { AdminClient } from './admin-client.ts';
import type { KafkaConnection } from './connection.ts';
import { TopicReader } from './topic-reader.ts';

const IDLE_MS = 60_000;
/** Up to so many records are fetched a little at a time: else a look at one brings, and decodes, a megabyte behind it. */
const FEW_RECORDS = 1_000;
const FEW_BYTES = 64 * 1024;

interface Kept {
  readonly reader: Promise<TopicReader>;
  readonly group: string;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

export class KafkaReader implements LogReader {
  readonly #connection: KafkaConnection;
  readonly #admin: AdminClient;
  readonly #groupPrefix: string;
  /** By topic, those for few records apart from the others. */
  readonly #kept = new Map<string, Kept>();
  readonly #ending = new Set<Promise<void>>();

  /** @param prefix as before every topic's name */
  constructor(connection: KafkaConnection, admin: AdminClient, prefix: string) {
    this.#connection = connection;
    this.#admin = admin;
    this.#groupPrefix = `${prefix}tornaconto-read-`;
  }

  async watermarks(topic: string): Promise<readonly Watermarks[]> {
    const partitions = await this.#admin.partitionsOf(topic);
    let marks = await this.#watermarks(topic);
    if (!partitions.every(({ partition }) => marks[partition] !== undefined) || marks.length !== partitions.length) {
      // The topic has grown, or was made anew, since the client read its metadata.
      this.#admin.refresh();
      marks = await this.#watermarks(topic);
    }
    const stalled = new Set(partitions.filter(({ inSync }) => !inSync).map(({ partition }) => partition));
    return marks.map((mark, partition) => (stalled.has(partition) ? { ...mark, stalled: true } : mark));
  }

  async *range(topic: string, partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    if (from >= to) return;
    await this.#check(topic, partition, from, to);
    const few = to - from <= FEW_RECORDS;
    const name = few ? `${topic} few` : topic;
    const kept = this.#kept.get(name) ?? this.#open(name, topic, few ? FEW_BYTES : undefined);
    this.#use(kept);
    try {
      const reader = await kept.reader;
      yield* reader.range(partition, from, to);
    } catch (error) {
      this.#drop(name, kept);
      throw error;
    } finally {
      this.#release(name, kept);
    }
  }

  async close(): Promise<void> {
    for (const [name, kept] of this.#kept) this.#drop(name, kept);
    await Promise.all(this.#ending);
  }

  /** What is not there would be waited for. */
  async #check(topic: string, partition: number, from: number, to: number): Promise<void> {
    const marks = (await this.watermarks(topic))[partition];
    if (marks === undefined) throw new LogError('no-such-partition', `there is no partition ${topic}/${partition}`);
    if (from < marks.start || to > marks.high) {
      throw new LogError('out-of-range',
        `${topic}/${partition} holds ${marks.start} to ${marks.high}, and ${from} to ${to} was asked for`);
    }
  }

  async #watermarks(topic: string): Promise<Watermarks[]> {
    const offsets = await this.#admin.call(`offsets of ${topic}`, (admin) => admin.fetchTopicOffsets(topic));
    const marks: Watermarks[] = [];
    for (const { partition, low, high } of offsets) marks[partition] = { start: Number(low), high: Number(high) };
    return marks;
  }

  #open(name: string, topic: string, maxBytesPerPartition: number | undefined): Kept {
    const group = this.#groupPrefix + randomUUID();
    const reader = TopicReader.open(this.#connection, topic, group, maxBytesPerPartition);
    reader.catch(() => undefined);
    const kept: Kept = { reader, group, users: 0, idle: undefined };
    this.#kept.set(name, kept);
    return kept;
  }

  #use(kept: Kept): void {
    clearTimeout(kept.idle);
    kept.users++;
  }

  #release(name: string, kept: Kept): void {
    kept.users--;
    if (kept.users > 0 || this.#kept.get(name) !== kept) return;
    kept.idle = setTimeout(() => this.#drop(name, kept), IDLE_MS).unref();
  }

  /** Ranges under way on it go on to their ends, or fail by themselves. */
  #drop(name: string, kept: Kept): void {
    if (this.#kept.get(name) !== kept) return;
    this.#kept.delete(name);
    clearTimeout(kept.idle);
    const ending = this.#end(kept);
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  async #end({ reader, group }: Kept): Promise<void> {
    await reader.then((open) => open.close(), () => undefined);
    // It holds no offsets: the broker forgets it anyway, later.
    await this.#admin.call('deleting a group', (admin) => admin.deleteGroups([group])).catch(() => undefined);
  }
}
