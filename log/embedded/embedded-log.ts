/**
 * A log in memory: the one that `replay` runs on, and the harness of fault simulations.
 *
 * It is driven: no timers, no activity of its own. `poll` makes one delivery, picked by the caller, so that a run
 * repeats from its seed. Records pass by reference; nobody may change a buffer that was appended.
 */
import type { Clock } from '../../ports/clock.ts';
import { LogError } from '../../ports/log.ts';
import type { Append, Appended, Log, LogReader, LogRecord, Producer } from '../../ports/log.ts';
import { EmbeddedSource } from './embedded-source.ts';
import type { SubscribedTopic } from './embedded-source.ts';
import { Group } from './group.ts';
import { PartitionLog } from './partition-log.ts';

export interface EmbeddedTopic {
  readonly partitions: number;
  /** Whose clock sets the timestamps: the log's at the append, or the producer's. */
  readonly timestamps: 'append' | 'create';
  /** Key and value together; Kafka's default (`max.message.bytes`) when absent. */
  readonly recordBytesMax?: number;
}

export interface EmbeddedLogOptions {
  readonly clock: Clock;
  readonly topics?: Readonly<Record<string, EmbeddedTopic>>;
  /** Records a delivery at most. */
  readonly batchRecordsMax?: number;
}

const BATCH_RECORDS_MAX = 1000;
const RECORD_BYTES_MAX = 1_048_588;

interface Topic extends SubscribedTopic {
  readonly recordBytesMax: number;
  readonly groups: Map<string, Group>;
}

export class EmbeddedLog implements Log {
  readonly producer: Producer = { append: async (appends) => this.#append(appends) };
  readonly reader: LogReader = {
    watermarks: async (topic) => this.#topic(topic).partitions.map(({ start, high }) => ({ start, high })),
    range: (topic, partition, from, to) => this.#range(topic, partition, from, to),
  };
  readonly #clock: Clock;
  readonly #batchRecordsMax: number;
  readonly #topics = new Map<string, Topic>();
  /** The started ones, in the order of their starts. */
  readonly #sources: EmbeddedSource[] = [];

  constructor(options: EmbeddedLogOptions) {
    this.#clock = options.clock;
    this.#batchRecordsMax = options.batchRecordsMax ?? BATCH_RECORDS_MAX;
    for (const [name, topic] of Object.entries(options.topics ?? {})) this.createTopic(name, topic);
  }

  createTopic(name: string, options: EmbeddedTopic): void {
    if (this.#topics.has(name)) throw new Error(`topic ${name} exists`);
    this.#topics.set(name, {
      name,
      brokerTime: options.timestamps === 'append',
      partitions: Array.from({ length: options.partitions }, () => new PartitionLog()),
      recordBytesMax: options.recordBytesMax ?? RECORD_BYTES_MAX,
      groups: new Map(),
    });
  }

  /** Its subscribers stay where they are, on the records of before: let them end first. */
  deleteTopic(name: string): void {
    this.#topic(name);
    this.#topics.delete(name);
  }

  subscribe(topicName: string, group: string): EmbeddedSource {
    const topic = this.#topic(topicName);
    let members = topic.groups.get(group);
    if (members === undefined) topic.groups.set(group, members = new Group(topic.partitions.length));
    return new EmbeddedSource(topic, group, members, this.#batchRecordsMax, (source, present) => {
      if (present) this.#sources.push(source);
      else this.#sources.splice(this.#sources.indexOf(source), 1);
    });
  }

  /**
   * Makes one delivery of those that can be made, and awaits the listener's answer. A partition whose batch is under
   * way is left out, so that several polls may run at once.
   * @param choose picks one of n: `0 <= choose(n) < n`
   * @returns false when there was nothing to deliver
   */
  async poll(choose: (n: number) => number): Promise<boolean> {
    let total = 0;
    for (const source of this.#sources) total += source.deliverable();
    if (total === 0) return false;
    let chosen = choose(total);
    for (const source of this.#sources) {
      const count = source.deliverable();
      if (chosen < count) {
        await source.deliver(chosen);
        return true;
      }
      chosen -= count;
    }
    throw new RangeError(`one of ${total} deliveries was to be chosen`);
  }

  /** The started sources, for faults: `kill` and `expel`. */
  sources(): readonly EmbeddedSource[] {
    return [...this.#sources];
  }

  /** Moves the log start up, as Kafka's admin call does. */
  deleteRecords(topic: string, partition: number, beforeOffset: number): void {
    this.#partition(topic, partition).deleteBefore(beforeOffset);
  }

  /** Loses the records from `offset` on, as an unclean election does. */
  truncate(topic: string, partition: number, offset: number): void {
    this.#partition(topic, partition).truncate(offset);
  }

  /** What the group's members committed; null when they have not. */
  committed(topic: string, group: string, partition: number): number | null {
    return this.#topic(topic).groups.get(group)?.committed.get(partition) ?? null;
  }

  #append(appends: readonly Append[]): Appended[] {
    const nowMs = Math.trunc(this.#clock.nowMs());
    for (const append of appends) this.#check(append);
    return appends.map(({ topic: name, partition, records }) => {
      const { brokerTime, partitions } = this.#topic(name);
      const baseOffset = partitions[partition]!.append(records, nowMs, brokerTime);
      return { topic: name, partition, baseOffset, appendTimeMs: brokerTime ? nowMs : null };
    });
  }

  #check({ topic, partition, records }: Append): void {
    if (records.length === 0) throw new RangeError('an append without records');
    this.#partition(topic, partition);
    const { recordBytesMax } = this.#topic(topic);
    for (let i = 0; i < records.length; i++) {
      const { key, value } = records[i]!;
      const bytes = (key?.length ?? 0) + (value?.length ?? 0);
      if (bytes > recordBytesMax) {
        throw new LogError('too-large', `a record of ${bytes} bytes for ${topic}/${partition}, which takes ${recordBytesMax}`);
      }
    }
  }

  async *#range(topic: string, partition: number, from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    const log = this.#partition(topic, partition);
    for (let next = from; next < to;) {
      if (next < log.start || to > log.high) {
        throw new LogError('out-of-range',
          `${topic}/${partition} holds ${log.start} to ${log.high}, and ${next} to ${to} was asked for`);
      }
      const records = log.read(next, Math.min(this.#batchRecordsMax, to - next));
      next += records.length;
      yield records;
    }
  }

  #partition(topic: string, partition: number): PartitionLog {
    const log = this.#topic(topic).partitions[partition];
    if (log === undefined) throw new LogError('no-such-partition', `there is no partition ${topic}/${partition}`);
    return log;
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new LogError('no-such-partition', `there is no topic ${name}`);
    return topic;
  }
}
