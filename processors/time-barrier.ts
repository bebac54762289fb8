/**
 * The time barrier: qualify judges a transaction only when no enrolment can still change the answer.
 *
 * An enrolment counts from the midnight after its arrival. So once a card shard is complete through a moment some
 * margin past 00:00 of day D, whoever held its cards on day D is settled for ever, and the join is pure. (DESIGN 5.)
 */
import type { CardLookup } from '../ports/card-index.ts';
import type { Context } from './context.ts';

export class TimeBarrier {
  readonly #context: Context;
  /** ARRIVAL=producer: source offsets below these were in the log when `#enrolmentHighs` were read. */
  #sourceHighs: readonly number[] = [];
  #enrolmentHighs: readonly number[] = [];
  /** All partitions share one. */
  #reading: Promise<void> | null = null;

  constructor(context: Context) {
    this.#context = context;
  }

  /** To be awaited once the records up to `lastOffset` of the source partition have been fetched, before the lookup. */
  async observe(sourcePartition: number, lastOffset: number): Promise<void> {
    if (this.#context.arrival === 'broker') return;
    // A reading that is under way may have begun before the records came: the second one has not.
    for (let i = 0; i < 2 && lastOffset >= (this.#sourceHighs[sourcePartition] ?? 0); i++) {
      await (this.#reading ??= this.#read().finally(() => { this.#reading = null; }));
    }
  }

  async #read(): Promise<void> {
    const { reader, topic } = this.#context;
    // In this order: an enrolment published before a transaction lies below a mark that is read after it.
    const source = await reader.watermarks(topic('card-transactions'));
    const enrolments = await reader.watermarks(topic('card-enrolments'));
    this.#sourceHighs = source.map((partition) => partition.high);
    this.#enrolmentHighs = enrolments.map((partition) => partition.high);
  }

  /** What a transaction waits for that the card shard holds up; it repeats nothing of the transaction. */
  reason(shard: number, { shards }: CardLookup): string {
    const { position, completeThroughMs } = shards.get(shard)!;
    const [index, enrol] = [`card index shard ${shard}`, 'enrol is behind, or not running'];
    if (this.#context.arrival === 'producer') return `${index} stands at ${position} of ${this.#enrolmentHighs[shard] ?? '?'}: ${enrol}`;
    if (!Number.isFinite(completeThroughMs)) return `${index} is complete through no time yet: ${enrol}`;
    // A transaction dated ahead, across midnight, waits for that midnight: nobody is behind.
    return `${index} is complete through ${new Date(completeThroughMs).toISOString()} only: ${enrol}, or it is about midnight`;
  }

  /** By card shard: transactions dated before this may be judged by what the lookup gave. */
  readyBefore(lookup: CardLookup): ReadonlyMap<number, number> {
    const { arrival, calendar, skewMarginMs } = this.#context;
    return new Map([...lookup.shards].map(([shard, { position, completeThroughMs }]) => {
      if (arrival === 'producer') return [shard, position >= (this.#enrolmentHighs[shard] ?? Infinity) ? Infinity : -Infinity];
      const settledMs = completeThroughMs - 2 * skewMarginMs;
      return [shard, Number.isFinite(settledMs) ? calendar.nextMidnightMs(settledMs) : -Infinity];
    }));
  }
}
