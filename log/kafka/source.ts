/**
 * A group's subscription to one topic, on the client library's consumer, made safe.
 *
 *   start ──► GROUP_JOIN: all paused, before the first fetch ──► assigned ──► resumeAt: seek, resume ──► batch …
 *                 ▲                                                                                        │
 *                 └──── revoked ◄──── REBALANCING, CRASH with restart (brokers away: it tries for ever) ◄──┘
 *   over, with `crashed`: the listener failed; an offset out of range; CRASH without restart
 *
 * What the library does by itself and must not: it commits (off); it resets an offset that is out of range to the log's
 * start, and commits −2 for it (stopped, see `#watch`); it delivers again what the listener failed on (caught here).
 */
import type { Consumer, ConsumerStartBatchProcessEvent, EachBatchPayload, LogEntry } from 'kafkajs';
import { LogError } from '../../ports/log.ts';
import type { Source, SourceListener } from '../../ports/log.ts';
import { answer, Assignment, moveTo, skipTo } from './assignment.ts';
import type { Held } from './assignment.ts';
import { connect, limitMs } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { consumerConfig, PARTITIONS_CONCURRENTLY } from './consumer-config.ts';
import type { ConsumerTuning } from './consumer-config.ts';
import { toLogError } from './errors.ts';
import { fetchedOffsetOf, isBrokerTime, toRecords } from './records.ts';
import { abandon, within } from './within.ts';

/** The library's text for UNKNOWN_TOPIC_OR_PARTITION; the error's type is not in the log entry. */
const NOT_HOSTED = 'This server does not host this topic-partition';

type State = 'idle' | 'joining' | 'running' | 'stopping' | 'over';

export interface KafkaSourceOptions extends ConsumerTuning {
  /** Hears how far a partition has been read, where only control records lie between (`LogReader` needs it). */
  readonly passed?: (partition: number, nextOffset: number) => void;
}

export class KafkaSource implements Source {
  readonly topic: string;
  readonly #connection: KafkaConnection;
  readonly #consumer: Consumer;
  readonly #passed: (partition: number, nextOffset: number) => void;
  #listener: SourceListener | undefined;
  #state: State = 'idle';
  #assignment = new Assignment([]);
  /** From a join until it is lost, with partitions or without. */
  #isMember = false;
  readonly #underWay = new Set<Promise<void>>();
  #joined: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;

  constructor(connection: KafkaConnection, topic: string, group: string, options: KafkaSourceOptions = {}) {
    this.topic = topic;
    this.#connection = connection;
    this.#passed = options.passed ?? (() => undefined);
    this.#consumer = connect(connection, (entry) => this.#watch(entry))
      .consumer(consumerConfig(group, options, () => this.#isOpen()));
  }

  async start(listener: SourceListener): Promise<void> {
    if (this.#state !== 'idle') throw new Error(`the subscription to ${this.topic} was started before`);
    this.#state = 'joining';
    this.#listener = listener;
    const joined = new Promise<void>((resolve, reject) => {
      this.#joined = resolve;
      this.#failed = reject;
    });
    joined.catch(() => undefined);
    this.#listen();
    try {
      await within(limitMs(this.#connection, 'join'), `joining for ${this.topic}`, this.#run().then(() => joined));
    } catch (error) {
      this.#state = 'over';
      await this.#leave(this.#consumer.disconnect());
      throw toLogError(error, `joining for ${this.topic}`);
    }
  }

  pause(partition: number): void {
    const held = this.#assignment.get(partition);
    if (held === undefined || !this.#isOpen()) return;
    held.paused = true;
    this.#consumer.pause([{ topic: this.topic, partitions: [partition] }]);
  }

  resumeAt(partition: number, offset: number): void {
    // Negative offsets mean "start" and "end" to the library.
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`${offset} is no offset`);
    const held = this.#assignment.get(partition);
    if (held === undefined || !this.#isOpen()) return;
    moveTo(held, offset);
    this.#consumer.seek({ topic: this.topic, partition, offset: String(offset) });
    this.#consumer.resume([{ topic: this.topic, partitions: [partition] }]);
  }

  async commit(partition: number, offset: number): Promise<void> {
    if (this.#state !== 'running' || this.#assignment.get(partition) === undefined) return;
    const doing = `committing ${this.topic}/${partition}`;
    const work = this.#consumer.commitOffsets([{ topic: this.topic, partition, offset: String(offset) }]);
    await within(limitMs(this.#connection, 'commit'), doing, work).catch((error: unknown) => { throw toLogError(error, doing); });
  }

  async stop(): Promise<void> {
    if (this.#isOpen()) this.#state = 'stopping';
    const leaving = this.#consumer.disconnect();
    await Promise.allSettled(this.#underWay);
    await this.#leave(leaving);
    this.#state = 'over';
  }

  async #run(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_CONCURRENTLY,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  #listen(): void {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => this.#guard(() => this.#assign(payload.memberAssignment[this.topic] ?? [])));
    this.#consumer.on(events.REBALANCING, () => this.#guard(() => this.#revoke()));
    // Before a restart, too: from here to the next join, the library has no group to pause or to seek in.
    this.#consumer.on(events.STOP, () => this.#guard(() => this.#revoke()));
    this.#consumer.on(events.START_BATCH_PROCESS, ({ payload }) => this.#skip(payload));
    this.#consumer.on(events.CRASH, ({ payload: { restart, error } }) => {
      if (!restart) this.#fail(toLogError(error, `the subscription to ${this.topic}`));
    });
  }

  #assign(partitions: readonly number[]): void {
    if (!this.#isOpen()) return;
    this.#consumer.pause([{ topic: this.topic, partitions: [...partitions] }]);
    this.#revoke();
    this.#assignment = new Assignment(partitions);
    this.#isMember = true;
    this.#state = 'running';
    this.#listener!.assigned(partitions);
    this.#joined();
  }

  #revoke(): void {
    if (!this.#isMember) return;
    this.#isMember = false;
    const { partitions } = this.#assignment;
    this.#assignment = new Assignment([]);
    if (this.#state === 'running') this.#listener!.revoked(partitions);
  }

  /** A batch of which nothing is left to deliver: the library resolves it without calling the handler. */
  #skip({ partition, batchSize, firstOffset, lastOffset }: ConsumerStartBatchProcessEvent['payload']): void {
    const held = this.#assignment.get(partition);
    if (batchSize > 0 || held === undefined) return;
    const last = Number(lastOffset);
    if (skipTo(held, Number(firstOffset ?? lastOffset), last)) this.#passed(partition, last + 1);
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const held = this.#assignment.get(payload.batch.partition);
    if (held === undefined || held.paused || payload.isStale() || this.#state !== 'running') return;
    const fetched = fetchedOffsetOf(payload.batch);
    if (fetched !== held.fetch) {
      this.#fail(new LogError('out-of-range', `${this.topic}/${held.partition}: fetched from ${fetched} instead of ${held.fetch}`));
      return;
    }
    const delivery = this.#deliver(payload, held);
    this.#underWay.add(delivery);
    await delivery.finally(() => this.#underWay.delete(delivery));
  }

  async #deliver(payload: EachBatchPayload, held: Held): Promise<void> {
    const { batch: { partition, messages, highWatermark }, batch } = payload;
    const { moves } = held;
    let lost: unknown;
    let next: number;
    try {
      next = await this.#listener!.batch({
        partition,
        fetchedFrom: held.asked,
        records: toRecords(messages),
        highWatermark: Number(highWatermark),
        brokerTime: isBrokerTime(messages),
        // A rebalance is no fault of the listener's: it finishes, then the library joins again.
        heartbeat: () => payload.heartbeat().catch((error: unknown) => { lost ??= error; }),
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('the listener failed', { cause: error }));
      return;
    }
    if (this.#assignment.get(partition) === held && held.moves === moves) {
      answer(held, next, Number(messages.at(-1)!.offset), Number(batch.lastOffset()));
      payload.resolveOffset(String(next - 1));
      this.#passed(partition, held.fetch);
    }
    if (lost !== undefined) throw lost as Error;
  }

  /**
   * The library tells of an offset out of range in a log entry only, right before it resets and commits. What is thrown
   * here goes through to its fetch loop and, as it is not to be retried, ends it. (With the library's log switched off
   * by its own variable, the next batch's offset still tells.)
   */
  #watch({ log: { message, topic, partition, error: cause } }: LogEntry): void {
    if (message.startsWith('Response Fetch') && cause === NOT_HOSTED) this.#guard(() => this.#assignAnew());
    if (!message.startsWith('Offset out of range, resetting')) return;
    const error = new LogError('out-of-range', `${String(topic)}/${String(partition)}: the offset asked for is not there`);
    this.#fail(error);
    throw Object.assign(error, { retriable: false });
  }

  /**
   * The topic is away. The library would go on from where it stands as soon as there is one of that name, so all is
   * taken back and given anew: the listener looks whether it is the same.
   */
  #assignAnew(): void {
    const { partitions } = this.#assignment;
    if (partitions.length > 0 && this.#state === 'running') this.#assign(partitions);
  }

  #leave(leaving: Promise<void>): Promise<void> {
    return abandon(limitMs(this.#connection, 'leave'), leaving);
  }

  #isOpen(): boolean {
    return this.#state === 'joining' || this.#state === 'running';
  }

  /** A throwing listener would otherwise disturb the library's own course. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error('the listener failed', { cause: error }));
    }
  }

  #fail(error: Error): void {
    this.#failed(error); // Before the join it is `start` that rejects.
    if (this.#state !== 'running') return;
    this.#state = 'over';
    this.#assignment = new Assignment([]);
    void this.#leave(this.#consumer.disconnect());
    this.#listener!.crashed(error);
  }
}
