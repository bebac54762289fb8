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
    const marks = await this.#watermarks(topic);
    if (partitions.every((partition) => marks[partition] !== undefined) && marks.length === partitions.length) return marks;
    // The topic has grown, or was made anew, since the client read its metadata.
    this.#admin.refresh();
    return this.#watermarks(topic);
  }

  async *range(topic: string, partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    if (from >= to) return;
    await this.#check(topic, partition, from, to);
    const kept = this.#use(topic);
    try {
      const reader = await kept.reader;
      yield* reader.range(partition, from, to);
    } catch (error) {
      this.#drop(topic, kept);
      throw error;
    } finally {
      this.#release(topic, kept);
    }
  }

  async close(): Promise<void> {
    for (const [topic, kept] of this.#kept) this.#drop(topic, kept);
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

  #use(topic: string): Kept {
    let kept = this.#kept.get(topic);
    if (kept === undefined) {
      const group = this.#groupPrefix + randomUUID();
      const reader = TopicReader.open(this.#connection, topic, group);
      reader.catch(() => undefined);
      this.#kept.set(topic, kept = { reader, group, users: 0, idle: undefined });
    }
    clearTimeout(kept.idle);
    kept.users++;
    return kept;
  }

  #release(topic: string, kept: Kept): void {
    kept.users--;
    if (kept.users > 0 || this.#kept.get(topic) !== kept) return;
    kept.idle = setTimeout(() => this.#drop(topic, kept), IDLE_MS).unref();
  }

  /** Ranges under way on it go on to their ends, or fail by themselves. */
  #drop(topic: string, kept: Kept): void {
    if (this.#kept.get(topic) !== kept) return;
    this.#kept.delete(topic);
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
