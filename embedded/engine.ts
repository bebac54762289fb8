/**
 * The whole pipeline in one process, with no server: the same processors and tasks over a log and stores in memory.
 *
 * It is driven: `drain` makes one delivery after the other, picked by a seed, until nothing is left to do, so a run
 * repeats to the byte. Time is virtual.
 */
import { EmbeddedLog, type EmbeddedTopic } from '../log/embedded/embedded-log.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import { Close } from '../processors/close.ts';
import type { Arrival, Context } from '../processors/context.ts';
import type { Telemetry } from '../processors/processor.ts';
import { Calendar } from '../programme/calendar.ts';
import type { Period, Programme } from '../programme/programme.ts';
import { makeProcessor, PARTITION_ROLES } from '../runtime/processors.ts';
import { openSerdes } from '../runtime/serdes.ts';
import { SimulatedClock } from '../runtime/simulated-clock.ts';
import type { TaskStatus } from '../runtime/task-status.ts';
import { Worker } from '../runtime/worker.ts';
import { EmbeddedRegistry } from '../schemas/embedded-registry.ts';
import { MemoryCardIndex } from '../stores/memory/card-index.ts';
import { MemoryCitizenTotals } from '../stores/memory/citizen-totals.ts';
import { TOPIC_NAMES, type TopicName } from '../topology/names.ts';

export interface EmbeddedOptions {
  readonly programme: Programme;
  /** Picks the order of deliveries: `0 <= choose(n) < n`. */
  readonly choose: (n: number) => number;
  readonly arrival?: Arrival;
  readonly partitions?: Partial<Record<TopicName, number>>;
  /** Whether kept totals and `citizen-totals` are wanted. */
  readonly keepTotals?: boolean;
  readonly startMs?: number;
  /** Records a delivery at most. */
  readonly batchRecordsMax?: number;
  /** How often tasks are punctuated, milliseconds of virtual time; 0 = never (default). ARRIVAL=broker needs it. */
  readonly punctuateMs?: number;
  readonly skewMarginMs?: number;
  readonly closeMarginMs?: number;
  readonly telemetry?: Telemetry;
}

/**
 * Card transactions have one partition: which of two records in conflict comes first in the ledger is then the order
 * in which they were published.
 */
const PARTITIONS: Readonly<Record<TopicName, number>> = {
  'card-transactions': 1, 'card-enrolments': 4, 'citizen-ledger': 4, receipts: 1, clock: 1,
  payouts: 4, 'period-closures': 1, adjustments: 1, 'citizen-totals': 4, quarantine: 1,
};
const SILENT: Telemetry = { count: () => undefined, arrived: () => undefined, alarm: () => undefined };

export class EmbeddedEngine {
  readonly context: Context;
  readonly log: EmbeddedLog;
  readonly clock: SimulatedClock;
  readonly #choose: (n: number) => number;
  readonly #workers: Worker[] = [];
  readonly #close: Close;
  readonly #requested = new Set<string>();
  #fault: Error | null = null;

  private constructor(context: Context, log: EmbeddedLog, clock: SimulatedClock, choose: (n: number) => number) {
    this.context = context;
    this.log = log;
    this.clock = clock;
    this.#choose = choose;
    this.#close = new Close(context);
  }

  static async open(options: EmbeddedOptions): Promise<EmbeddedEngine> {
    const { programme, arrival = 'producer' } = options;
    const clock = new SimulatedClock(options.startMs ?? 0);
    const partitions = { ...PARTITIONS, ...options.partitions };
    const log = new EmbeddedLog({ clock, batchRecordsMax: options.batchRecordsMax ?? 4096, topics: topicsOf(partitions, arrival) });
    const context: Context = {
      programme,
      calendar: new Calendar(programme.timeZone),
      producer: log.producer,
      reader: log.reader,
      cards: new MemoryCardIndex({ shards: partitions['card-enrolments'], timeZone: programme.timeZone }),
      citizens: new MemoryCitizenTotals({ shards: partitions['citizen-ledger'], keepTotals: options.keepTotals ?? false }),
      serdes: await openSerdes(new EmbeddedRegistry(), (name) => name),
      telemetry: options.telemetry ?? SILENT,
      topic: (name) => name,
      partitions: (name) => partitions[name],
      arrival,
      skewMarginMs: options.skewMarginMs ?? 0,
      closeMarginMs: options.closeMarginMs ?? 0,
    };
    const engine = new EmbeddedEngine(context, log, clock, options.choose);
    await engine.#start(options.punctuateMs ?? 0);
    return engine;
  }

  /** Publishes to a topic's partition and returns the first offset. */
  async publish(topic: TopicName, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    const [appended] = await this.log.producer.append([{ topic, partition, records }]);
    return appended!.baseOffset;
  }

  /** Works until nothing is left to do. @throws what stopped a task */
  async drain(): Promise<void> {
    for (;;) {
      for (const worker of this.#workers) await worker.settled();
      if (this.#fault !== null) throw this.#fault;
      if (await this.log.poll(this.#choose)) continue;
      const busy = this.#workers.some((worker) => worker.statuses().some((task) => task.state !== 'RUNNING'));
      if (!busy) return;
      const next = this.clock.nextTimerMs();
      if (next === null) throw new Error('a task waits for nothing');
      this.clock.advanceTo(next);
    }
  }

  /** Closes a period (ARRIVAL=producer) and pays: on return its payouts and manifests are in the log. */
  async close(period: Period): Promise<void> {
    this.#requested.add(period.id);
    for (;;) {
      await this.drain();
      const waiting = await this.#close.advance(this.#requested);
      if (!waiting.has(period.id)) return;
      // A store that was rolled back meanwhile is noticed at the next punctuation.
      this.clock.advanceTo(this.clock.nextTimerMs() ?? this.clock.nowMs());
    }
  }

  /** Forgets input and ledger records that are folded, but for the last: memory stays bounded however long the run. */
  trim(): void {
    for (const worker of this.#workers) {
      for (const { topic, partition, position } of worker.statuses()) this.log.deleteRecords(topic, partition, position - 1);
    }
  }

  statuses(): TaskStatus[] {
    return this.#workers.flatMap((worker) => worker.statuses());
  }

  async stop(): Promise<void> {
    for (const worker of this.#workers) await worker.stop();
  }

  async #start(punctuateMs: number): Promise<void> {
    for (const role of PARTITION_ROLES) {
      const processor = makeProcessor(role, this.context);
      const worker = new Worker({
        processor,
        source: this.log.subscribe(this.context.topic(processor.source), `tornaconto-${role}`),
        reader: this.log.reader,
        clock: this.clock,
        brokerTime: processor.source === 'citizen-ledger' ? null : this.context.arrival === 'broker',
        punctuateMs,
        onFault: ({ error, remedy }) => { if (remedy === 'stop') this.#fault ??= error; },
        onCrash: (error) => { this.#fault ??= error; },
      });
      this.#workers.push(worker);
      await worker.start();
    }
    await this.drain();
  }
}

function topicsOf(partitions: Readonly<Record<TopicName, number>>, arrival: Arrival): Record<string, EmbeddedTopic> {
  const inputTime = arrival === 'broker' ? 'append' : 'create';
  return Object.fromEntries(TOPIC_NAMES.map((name): [string, EmbeddedTopic] => {
    const isInput = name === 'card-transactions' || name === 'card-enrolments';
    return [name, { partitions: partitions[name], timestamps: isInput ? inputTime : 'append' }];
  }));
}
