/**
 * A task: the owner of one partition for one processor. It claims, folds, waits, heals and stops.
 *
 *       retry                        barrier          again
 *       ┌───┐                    ┌─────────────────┐  ┌───┐
 *       │   ▼                    │                 ▼  │   ▼
 *     CLAIMING ──claimed──► RUNNING ◄──advanced── WAITING
 *         ▲                   │                      │
 *         └────moved, fault───┴──────────────────────┘
 *     any of them ──ambiguity──► STOPPED       any state ──revoked──► CLOSED
 *
 * While it waits it tries again and again: it runs once a batch is done to its end.
 *
 * Nothing rests on the group's committed offset: the position is the store's, and what was fetched from behind it is
 * passed over, what was fetched from beyond it is fetched again.
 */
import type { Batch, LogReader, LogRecord, Source } from '../ports/log.ts';
import type { Clock } from '../ports/clock.ts';
import { ProcessingError, type Processor } from '../processors/processor.ts';
import { checkLog } from './log-check.ts';
import type { TaskState, TaskStatus } from './task-status.ts';

const LEGAL: Readonly<Record<TaskState, readonly TaskState[]>> = {
  CLAIMING: ['CLAIMING', 'RUNNING', 'STOPPED', 'CLOSED'],
  RUNNING: ['RUNNING', 'WAITING', 'CLAIMING', 'STOPPED', 'CLOSED'],
  WAITING: ['WAITING', 'RUNNING', 'CLAIMING', 'STOPPED', 'CLOSED'],
  STOPPED: ['CLOSED'],
  CLOSED: [],
};

/** How soon a record that could not be judged is tried again. */
const WAIT_MS = 250;
/** First and longest pause before a claim is tried again after a fault. */
const RETRY_MS = 100;
const RETRY_MS_MAX = 5_000;

export interface TaskDeps {
  readonly processor: Processor;
  readonly source: Source;
  readonly reader: LogReader;
  readonly clock: Clock;
  /** Whether the topic's timestamps must be the broker's; null = either. */
  readonly brokerTime: boolean | null;
  /** Told of faults; nothing is thrown to anybody. */
  onFault(fault: { readonly partition: number; readonly error: Error; readonly remedy: 'retry' | 'stop' }): void;
}

export class Task {
  readonly partition: number;
  readonly #deps: TaskDeps;
  #state: TaskState = 'CLAIMING';
  #position = 0;
  #highWatermark: number | null = null;
  #timestampMs: number | null = null;
  #stalledSinceMs: number | null;
  #reason: string | null = 'claiming';
  #retryMs = RETRY_MS;
  #cancelTimer: () => void = () => undefined;
  /** Claim, batches and punctuation of one partition never overlap. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(partition: number, deps: TaskDeps) {
    this.partition = partition;
    this.#deps = deps;
    this.#stalledSinceMs = deps.clock.nowMs();
  }

  get status(): TaskStatus {
    return {
      topic: this.#deps.source.topic, partition: this.partition, state: this.#state, position: this.#position,
      highWatermark: this.#highWatermark, timestampMs: this.#timestampMs, stalledSinceMs: this.#stalledSinceMs, reason: this.#reason,
    };
  }

  /** Resolves when all that has been asked of the task so far is done. */
  settled(): Promise<unknown> {
    return this.#queue;
  }

  claim(): Promise<unknown> {
    return this.#enqueue(() => this.#claim());
  }

  /** Handles a batch; resolves with the offset to continue from. */
  batch(batch: Batch): Promise<number> {
    return this.#enqueue(async () => {
      if (!this.#isAtWork()) return this.#position;
      this.#highWatermark = batch.highWatermark;
      const records = this.#check(batch);
      if (records.length > 0) await this.#process(records, batch);
      return this.#position;
    }).then(() => this.#position);
  }

  /** About once a second, also when idle: a store that has been rolled back is noticed, and folded again. */
  punctuate(): Promise<unknown> {
    return this.#enqueue(async () => {
      if (!this.#isAtWork()) return;
      const { processor, source } = this.#deps;
      const stands = await processor.punctuate(this.partition, this.#position);
      if (stands !== this.#position) return this.#reclaim('the store stands elsewhere');
      if (this.#state === 'RUNNING') this.#worksIfAtEnd();
      await source.commit(this.partition, this.#position);
    });
  }

  /**
   * The high watermark (null = there is no such partition) as it was read after the task stood at `position`. A log that
   * ends before what was folded of it is another one: it is claimed anew, before it has grown past the position again.
   */
  sawLog(position: number, high: number | null): void {
    if (high !== null && high >= position) {
      this.#highWatermark = Math.max(this.#highWatermark ?? 0, high);
      return;
    }
    void this.#enqueue(async () => {
      if (this.#isAtWork()) this.#reclaim('the log is not what was folded');
    });
  }

  /** Another member owns the partition now. What is under way may end: compare-and-set makes it harmless. */
  close(): void {
    this.#cancelTimer();
    if (this.#state !== 'CLOSED') this.#to('CLOSED', null);
  }

  async #claim(): Promise<void> {
    if (this.#state !== 'CLAIMING') return;
    const { processor, reader, source } = this.#deps;
    const standing = await processor.claim(this.partition);
    this.#highWatermark = await checkLog(reader, source.topic, this.partition, standing);
    if (this.#isClosed()) return;
    this.#position = standing.position;
    this.#to('RUNNING', null);
    this.#worksIfAtEnd();
    source.resumeAt(this.partition, standing.position);
  }

  /** The records from the position on, without gaps; empty when they are of elsewhere. */
  #check(batch: Batch): readonly LogRecord[] {
    const { brokerTime, source: { topic } } = this.#deps;
    const where = `${topic}/${this.partition}`;
    if (brokerTime !== null && batch.brokerTime !== brokerTime) {
      const [is, wanted] = brokerTime ? ['CreateTime', 'LogAppendTime'] : ['LogAppendTime', 'CreateTime'];
      throw new ProcessingError('timestamp-type', `${where} has message.timestamp.type ${is}, but must have ${wanted}`);
    }
    if (batch.fetchedFrom > this.#position) return [];
    const behind = batch.records.findIndex((record) => record.offset >= this.#position);
    const records = behind < 0 ? [] : behind === 0 ? batch.records : batch.records.slice(behind);
    let expected = this.#position;
    for (let i = 0; i < records.length; i++) {
      if (records[i]!.offset !== expected) {
        if (i > 0) return records.slice(0, i);
        throw new ProcessingError('gap', `${where}: no record at offset ${expected}, the next is ${records[i]!.offset}: `
          + 'most likely a transactional producer wrote here, or the topic is compacted');
      }
      expected++;
    }
    return records;
  }

  async #process(records: readonly LogRecord[], batch: Batch): Promise<void> {
    this.#timestampMs = records[0]!.timestampMs;
    const progress = await this.#deps.processor.process(this.partition, this.#position, records, () => batch.heartbeat());
    if (this.#isClosed()) return;
    if (progress.kind === 'moved') return this.#reclaim('the store stands elsewhere');
    const done = progress.position - this.#position;
    this.#timestampMs = records[progress.kind === 'waiting' ? done : done - 1]?.timestampMs ?? this.#timestampMs;
    this.#position = progress.position;
    if (progress.kind === 'waiting') return this.#wait(progress.reason);
    if (this.#state === 'WAITING') this.#to('RUNNING', null);
    this.#works();
  }

  /** A claim alone proves nothing where there is something to do: that may fail each time. */
  #worksIfAtEnd(): void {
    if (this.#position >= (this.#highWatermark ?? Infinity)) this.#works();
  }

  #works(): void {
    this.#stalledSinceMs = null;
    this.#retryMs = RETRY_MS;
  }

  /** Sleeping in the handler would block the other partitions: the partition is paused and resumed by a timer. */
  #wait(reason: string): void {
    const { source, clock } = this.#deps;
    this.#to('WAITING', reason);
    source.pause(this.partition);
    this.#cancelTimer = clock.after(WAIT_MS, () => {
      if (this.#state === 'WAITING') source.resumeAt(this.partition, this.#position);
    });
  }

  #reclaim(reason: string, delayMs = 0): void {
    const { source, clock } = this.#deps;
    if (this.#isClosed()) return;
    this.#cancelTimer();
    this.#to('CLAIMING', reason);
    source.pause(this.partition);
    this.#cancelTimer = clock.after(delayMs, () => void this.claim());
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.#queue.then(work).catch((error: unknown) => this.#fault(error));
    this.#queue = done;
    return done;
  }

  /** A fault that may pass is tried again, from the store's position; anything else stops the task: it never skips. */
  #fault(cause: unknown): undefined {
    const error = cause instanceof Error ? cause : new Error('not an error was thrown', { cause });
    const remedy = 'remedy' in error && error.remedy === 'retry' ? 'retry' : 'stop';
    if (this.#isClosed()) return;
    this.#deps.onFault({ partition: this.partition, error, remedy });
    if (remedy === 'retry') {
      this.#reclaim(error.message, this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS_MAX);
    } else {
      this.#cancelTimer();
      this.#deps.source.pause(this.partition);
      this.#to('STOPPED', error.message);
    }
  }

  #isAtWork(): boolean {
    return this.#state === 'RUNNING' || this.#state === 'WAITING';
  }

  #isClosed(): boolean {
    return this.#state === 'CLOSED' || this.#state === 'STOPPED';
  }

  #to(state: TaskState, reason: string | null): void {
    if (!LEGAL[this.#state].includes(state)) throw new Error(`task: ${this.#state} to ${state} is not legal`);
    this.#state = state;
    if (state !== 'RUNNING') this.#stalledSinceMs ??= this.#deps.clock.nowMs();
    this.#reason = reason;
  }
}
