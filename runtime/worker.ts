/**
 * A worker: one role's subscription, and a task for each partition that the group gives it.
 *
 * Partitions that it has lost keep their tasks, closed, until the next assignment: while Kafka is away, the lag that was
 * last seen stands, and is not taken for none.
 */
import type { Clock } from '../ports/clock.ts';
import { LogError } from '../ports/log.ts';
import type { Batch, LogReader, Source, SourceListener, Watermarks } from '../ports/log.ts';
import type { Processor } from '../processors/processor.ts';
import { Task } from './task.ts';
import type { TaskStatus } from './task-status.ts';

export interface WorkerDeps {
  readonly processor: Processor;
  readonly source: Source;
  readonly reader: LogReader;
  readonly clock: Clock;
  readonly brokerTime: boolean | null;
  /** How often tasks are punctuated, milliseconds; 0 = never. */
  readonly punctuateMs: number;
  onFault(fault: { readonly partition: number | null; readonly error: Error; readonly remedy: 'retry' | 'stop' }): void;
  /** The subscription is over: the process has to stop. */
  onCrash(error: Error): void;
}

export class Worker implements SourceListener {
  readonly #deps: WorkerDeps;
  readonly #tasks = new Map<number, Task>();
  #cancelTimer: () => void = () => undefined;
  #isMember = false;
  /** Whether the log answered when it was last asked. Tasks find that out by themselves; who has none is told by this alone. */
  #isAnswered = true;
  #stopping = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    await this.#deps.source.start(this);
    this.#schedule();
  }

  /** Waits for the batches under way, leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer();
    await this.#deps.source.stop();
    for (const task of this.#tasks.values()) task.close();
    await this.settled();
  }

  /** Whether it is in its group, be it with no partition. It is not before it has joined, and while Kafka is away. */
  get isMember(): boolean {
    return this.#isMember && this.#isAnswered;
  }

  statuses(): TaskStatus[] {
    return [...this.#tasks.values()].map((task) => task.status);
  }

  /** Resolves when what the tasks were asked so far is done. */
  async settled(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map((task) => task.settled()));
  }

  assigned(partitions: readonly number[]): void {
    for (const task of this.#tasks.values()) task.close();
    this.#tasks.clear();
    this.#isMember = true;
    this.#isAnswered = true;
    for (const partition of partitions) {
      const task = new Task(partition, this.#deps);
      this.#tasks.set(partition, task);
      void task.claim();
    }
  }

  revoked(partitions: readonly number[]): void {
    this.#isMember = false;
    for (const partition of partitions) this.#tasks.get(partition)?.close();
  }

  async batch(batch: Batch): Promise<number> {
    const task = this.#tasks.get(batch.partition);
    return task === undefined || this.#stopping ? batch.fetchedFrom : task.batch(batch);
  }

  crashed(cause: Error): void {
    this.#deps.onCrash(cause);
  }

  #schedule(): void {
    const { clock, punctuateMs } = this.#deps;
    if (punctuateMs === 0) return;
    // Never a second round beside a slow one.
    this.#cancelTimer = clock.after(punctuateMs, () => {
      void this.#punctuate().then(() => {
        if (!this.#stopping) this.#schedule();
      });
    });
  }

  async #punctuate(): Promise<void> {
    const tasks = [...this.#tasks.values()];
    await Promise.all(tasks.map((task) => task.punctuate()));
    if (!this.#isMember) return;
    const positions = tasks.map((task) => task.status.position);
    const marks = await this.#marks();
    this.#isAnswered = marks !== null;
    if (marks === null) return;
    for (const [i, task] of tasks.entries()) task.sawLog(positions[i]!, marks[task.partition]?.high ?? null);
  }

  /** None when there is no such topic, null when nobody can say. */
  async #marks(): Promise<readonly Watermarks[] | null> {
    const { reader, source } = this.#deps;
    return reader.watermarks(source.topic)
      .catch((error: unknown) => (error instanceof LogError && error.code === 'no-such-partition' ? [] : null));
  }
}
