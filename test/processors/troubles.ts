/** What goes wrong in production, made to happen on the embedded engine: from a seed, so that it happens again. */
import type { EmbeddedEngine } from '../../embedded/engine.ts';
import { LogError, type Append } from '../../ports/log.ts';
import { makeProcessor, PARTITION_ROLES } from '../../runtime/processors.ts';
import type { Random } from '../../runtime/random.ts';
import { Worker } from '../../runtime/worker.ts';
import type { MemoryCardIndex } from '../../stores/memory/card-index.ts';
import type { MemoryCitizenTotals } from '../../stores/memory/citizen-totals.ts';

export interface Rates {
  /** Of an append: refused, half done, or done and the answer lost. */
  readonly append: number;
  /** Of an append: a store goes back to an earlier copy. */
  readonly rollback: number;
  /** Of an append: a member of a group is taken for dead, and works on until it hears of it. */
  readonly expulsion: number;
}

export interface Happened {
  appends: number;
  rollbacks: number;
  expulsions: number;
}

const INPUTS = new Set(['card-transactions', 'card-enrolments']);

/** From now on; `stop` ends it. The input topics' producers have no troubles. */
export class Troubles {
  readonly happened: Happened = { appends: 0, rollbacks: 0, expulsions: 0 };
  readonly #engine: EmbeddedEngine;
  readonly #random: Random;
  readonly #workers: Worker[] = [];
  readonly #restores: (() => void)[] = [];
  readonly #append: (appends: readonly Append[]) => ReturnType<EmbeddedEngine['log']['producer']['append']>;

  constructor(engine: EmbeddedEngine, random: Random, rates: Rates) {
    this.#engine = engine;
    this.#random = random;
    const { producer } = engine.log;
    this.#append = producer.append.bind(producer);
    producer.append = async (appends) => {
      if (appends.some(({ topic }) => INPUTS.has(topic))) return this.#append(appends);
      if (random.chance(rates.rollback)) this.#rollBack();
      if (random.chance(rates.expulsion)) this.#expel();
      return random.chance(rates.append) ? this.#fail(appends) : this.#append(appends);
    };
  }

  /** A second process, which shares the partitions. */
  async addProcess(): Promise<void> {
    const { context, log, clock } = this.#engine;
    for (const role of PARTITION_ROLES) {
      const processor = makeProcessor(role, context);
      const worker = new Worker({
        processor, source: log.subscribe(processor.source, `tornaconto-${role}`), reader: log.reader, clock,
        brokerTime: null, punctuateMs: 1000,
        onFault: ({ error, remedy }) => { if (remedy === 'stop') throw error; }, onCrash: (error) => { throw error; },
      });
      this.#workers.push(worker);
      await worker.start();
    }
  }

  /** The faults stop; everything is given time to heal. */
  async heal(): Promise<void> {
    this.#engine.log.producer.append = this.#append;
    for (let round = 0; round < 4; round++) {
      await this.#engine.drain();
      for (const worker of this.#workers) await worker.settled();
      await new Promise(setImmediate);
      this.#engine.clock.advanceTo(this.#engine.clock.nowMs() + 10_000);
    }
    await this.#engine.drain();
  }

  async #fail(appends: readonly Append[]): ReturnType<EmbeddedEngine['log']['producer']['append']> {
    this.happened.appends++;
    const done = this.#random.below(3);
    if (done === 1) await this.#append(appends.slice(0, Math.ceil(appends.length / 2)));
    if (done === 2) await this.#append(appends);
    throw new LogError('unavailable', 'a planted fault');
  }

  /** Copies are taken now and then; one of them comes back. */
  #rollBack(): void {
    const restore = this.#restores[this.#random.below(this.#restores.length + 1)];
    if (restore !== undefined) {
      this.happened.rollbacks++;
      restore();
    }
    const { citizens, cards } = this.#engine.context;
    const [totals, index] = [(citizens as MemoryCitizenTotals).state, (cards as MemoryCardIndex).state];
    const [totalsCopy, indexCopy] = [totals.snapshot(), index.snapshot()];
    this.#restores.push(this.#random.chance(0.7) ? () => { totals.restore(totalsCopy); } : () => { index.restore(indexCopy); });
  }

  #expel(): void {
    this.happened.expulsions++;
    this.#random.pick(this.#engine.log.sources()).expel();
  }
}
