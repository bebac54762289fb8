/**
 * Several processes over one log, one store and one broker's clock, all in memory: each has roles, faults of its own, and
 * may die. Driven by hand: nothing happens but what a test asks for.
 */
import { EmbeddedLog } from '../../log/embedded/embedded-log.ts';
import type { EmbeddedSource } from '../../log/embedded/embedded-source.ts';
import { Close } from '../../processors/close.ts';
import type { Arrival, Context } from '../../processors/context.ts';
import { Calendar } from '../../programme/calendar.ts';
import type { Programme } from '../../programme/programme.ts';
import { makeProcessor, PARTITION_ROLES, type PartitionRole } from '../../runtime/processors.ts';
import { openSerdes } from '../../runtime/serdes.ts';
import { SimulatedClock } from '../../runtime/simulated-clock.ts';
import { Worker } from '../../runtime/worker.ts';
import { EmbeddedRegistry } from '../../schemas/embedded-registry.ts';
import { cardState, MemoryCardIndex } from '../../stores/memory/card-index.ts';
import { ledgerState, MemoryCitizenTotals } from '../../stores/memory/citizen-totals.ts';
import { TOPIC_NAMES, type TopicName } from '../../topology/names.ts';
import { Lifeline, type Plan } from './faults.ts';

const PARTITIONS: Readonly<Record<TopicName, number>> = {
  'card-transactions': 2, 'card-enrolments': 2, 'citizen-ledger': 3, receipts: 2, clock: 1,
  payouts: 3, 'period-closures': 1, adjustments: 2, 'citizen-totals': 3, quarantine: 2,
};
export const PUNCTUATE_MS = 1000;

export interface Process {
  readonly roles: readonly PartitionRole[];
  readonly context: Context;
  readonly close: Close;
  readonly line: Lifeline;
  readonly workers: readonly Worker[];
  readonly sources: readonly EmbeddedSource[];
  /** What stopped a task, or ended a subscription. */
  fault: Error | null;
}

export class Cluster {
  readonly clock: SimulatedClock;
  readonly log: EmbeddedLog;
  readonly cards = cardState();
  readonly ledger = ledgerState();
  readonly alarms: string[] = [];
  readonly #programme: Programme;
  readonly #arrival: Arrival;
  readonly #serdes: Context['serdes'];
  readonly #processes: Process[] = [];
  #next = 0;

  private constructor(programme: Programme, arrival: Arrival, startMs: number, serdes: Context['serdes']) {
    this.#programme = programme;
    this.#arrival = arrival;
    this.#serdes = serdes;
    this.clock = new SimulatedClock(startMs);
    this.log = new EmbeddedLog({
      clock: this.clock,
      topics: Object.fromEntries(TOPIC_NAMES.map((name) => [name, {
        partitions: PARTITIONS[name],
        timestamps: arrival === 'producer' && (name === 'card-transactions' || name === 'card-enrolments') ? 'create' : 'append',
      }])),
    });
  }

  static async open(programme: Programme, arrival: Arrival, startMs: number): Promise<Cluster> {
    return new Cluster(programme, arrival, startMs, await openSerdes(new EmbeddedRegistry(), (name) => name));
  }

  /** A process without roles may still close, and be asked. `mutate` breaks what it is given. */
  async start(
    roles: readonly PartitionRole[] = PARTITION_ROLES, plan: Plan = {}, mutate: (context: Context) => Context = (context) => context,
  ): Promise<Process> {
    const line = new Lifeline(plan);
    const programme = this.#programme;
    const context = mutate({
      programme,
      calendar: new Calendar(programme.timeZone),
      producer: line.through(this.log.producer),
      reader: line.throughReader(this.log.reader),
      cards: line.through(new MemoryCardIndex({ shards: PARTITIONS['card-enrolments'], timeZone: programme.timeZone }, this.cards)),
      citizens: line.through(new MemoryCitizenTotals({ shards: PARTITIONS['citizen-ledger'], keepTotals: true }, this.ledger)),
      serdes: this.#serdes,
      telemetry: { count: () => undefined, arrived: () => undefined, alarm: (_role, what) => { this.alarms.push(what); } },
      topic: (name) => name,
      partitions: (name) => PARTITIONS[name],
      arrival: this.#arrival,
      skewMarginMs: 0,
      closeMarginMs: 0,
    });
    const sources = roles.map((role) => this.log.subscribe(makeProcessor(role, context).source, role));
    const started: Process = {
      roles, context, close: new Close(context), line, sources, fault: null,
      workers: roles.map((role, i) => new Worker({
        processor: makeProcessor(role, context), source: sources[i]!, reader: context.reader, clock: this.clock,
        brokerTime: role === 'accrue' ? null : this.#arrival === 'broker', punctuateMs: PUNCTUATE_MS,
        onFault: ({ error, remedy }) => { if (remedy === 'stop') started.fault ??= error; },
        onCrash: (error) => { started.fault ??= error; },
      })),
    };
    this.#processes.push(started);
    for (const worker of started.workers) await Promise.race([worker.start(), line.died]);
    return started;
  }

  get processes(): readonly Process[] {
    return [...this.#processes];
  }

  /** The process is gone, and its partitions are others'. */
  kill(process: Process): void {
    process.line.die();
    for (const source of process.sources) source.kill();
    this.#processes.splice(this.#processes.indexOf(process), 1);
  }

  /**
   * Every delivery is made, every task is done, and who has died is replaced; time passes only for tasks that wait.
   * @throws what stopped a task
   */
  async settle(): Promise<void> {
    for (;;) {
      for (const process of [...this.#processes]) {
        if (!process.line.isDead) continue;
        this.kill(process);
        if (process.roles.length > 0) await this.start(process.roles);
      }
      const live = [...this.#processes];
      const died = Promise.race(live.map(({ line }) => line.died));
      for (const { workers } of live) for (const worker of workers) await Promise.race([worker.settled(), died]);
      for (const { fault } of live) if (fault !== null) throw fault;
      // The next delivery in turn: which one comes first changes nothing, and another one each time may show that.
      if (await Promise.race([this.log.poll((n) => this.#next++ % n), died]) !== false) continue;
      const waiting = live.flatMap(({ workers }) => workers.flatMap((worker) => worker.statuses().filter(({ state }) => state !== 'RUNNING')));
      const timerMs = this.clock.nextTimerMs();
      if (waiting.length === 0 || timerMs === null) return;
      this.clock.advanceTo(timerMs);
    }
  }

  /** Time passes on every clock, and what then is due is done; stores are looked at. */
  async passTo(ms: number): Promise<void> {
    this.clock.advanceTo(Math.max(ms, this.clock.nowMs()));
    await this.settle();
  }
}
