/**
 * Close: ends a period and pays. Any process may do any step again, and any number of them at once.
 *
 * Step 1 the broker's clock is past deadline + margin. Step 2 read every source partition's high watermark: what
 * arrived before the deadline lies below. Step 3 qualify's receipts have reached them. Step 4 append a marker to every
 * ledger partition. Step 5 every shard has frozen. Step 6 each shard's payouts, then its manifest. Step 7 the ranking.
 * No step looks at this process's clock, and nothing that it remembers is needed by another.
 */
import type { Period } from '../programme/programme.ts';
import { rulesOf } from './accrue.ts';
import { payCents } from '../programme/totals.ts';
import { LAYOUT_VERSION } from './ledger-entry.ts';
import { Closures } from './closures.ts';
import type { Context } from './context.ts';
import { CLOCK_TICK } from './enrol.ts';
import { frozenSumsOf, frozenTotalsOf, NotFrozen, type FrozenTotal } from './paid-citizens.ts';
import { ProcessingError } from './processor.ts';
import { agreeWithReceipts, newestReceipt } from './receipts.ts';
import { ShardPayouts, type Due } from './shard-payouts.ts';
import { Contest, paySuperCashback } from './super-cashback.ts';

/** What a period that is due waits for; null = it is closed. */
export type Waiting = 'deadline' | 'earlier-period' | 'receipts' | 'freeze';

export class Close {
  readonly #context: Context;
  readonly closures: Closures;
  /** By period: source high watermarks that were read after its deadline had passed on the broker's clock. */
  readonly #highs = new Map<string, readonly number[]>();
  readonly #marked = new Set<string>();
  /** By period, the shards that have been asked about its rules: they never change once there are payments. */
  readonly #agreed = new Map<string, Set<number>>();

  constructor(context: Context) {
    this.#context = context;
    this.closures = new Closures(context);
  }

  /**
   * Does for every period, in the order of deadlines, what can be done now. Periods in `requested` are closed whatever
   * the clock (ARRIVAL=producer: there nobody's clock decides). Answers what each period that is not closed waits for.
   */
  async advance(requested: ReadonlySet<string>): Promise<ReadonlyMap<string, Waiting>> {
    const waiting = new Map<string, Waiting>();
    await this.closures.refresh();
    const open = this.#context.programme.byDeadline.filter((period) => !this.closures.closed(period));
    if (open.length === 0) return waiting;
    const brokerTimeMs = await this.#tick();
    for (const period of open) {
      const state = waiting.size > 0 ? 'earlier-period' : await this.#advance(period, brokerTimeMs, requested);
      if (state !== null) waiting.set(period.id, state);
    }
    return waiting;
  }

  async #advance(period: Period, brokerTimeMs: number, requested: ReadonlySet<string>): Promise<Waiting | null> {
    const { arrival, closeMarginMs } = this.#context;
    const due = arrival === 'broker' ? brokerTimeMs >= period.deadlineMs + closeMarginMs : requested.has(period.id);
    if (!due) return 'deadline';
    await this.#agree(period);
    if (!(await this.#allFrozen(period))) {
      if (!this.#marked.has(period.id)) {
        if (!(await this.#qualified(period))) return 'receipts';
        await this.#mark(period);
      }
      return 'freeze';
    }
    try {
      const contest = period.superCashback === null ? null : new Contest(period.superCashback);
      for (const shard of this.#shards()) await this.#payShard(period, shard, contest);
      if (contest !== null) await paySuperCashback(this.#context, this.closures, period, period.superCashback!, contest);
    } catch (error) {
      if (error instanceof NotFrozen) return 'freeze';
      throw error;
    }
    await this.closures.refresh();
    return null;
  }

  // Step 1. With ARRIVAL=producer nobody's clock decides.
  async #tick(): Promise<number> {
    const { producer, topic, arrival } = this.#context;
    if (arrival === 'producer') return -Infinity;
    const [tick] = await producer.append([{ topic: topic('clock'), partition: 0, records: [CLOCK_TICK] }]);
    if (tick!.appendTimeMs === null) throw new ProcessingError('timestamp-type', `${topic('clock')} must have LogAppendTime`);
    return tick!.appendTimeMs;
  }

  /**
   * A process with another programme file would close at another time and pay other amounts, or under other ids.
   * @throws ProcessingError, StoreError other-rules
   */
  async #agree(period: Period): Promise<void> {
    const { citizens, programme } = this.#context;
    let agreed = this.#agreed.get(period.id);
    if (agreed === undefined) {
      await agreeWithReceipts(this.#context);
      this.#agreed.set(period.id, agreed = new Set());
    }
    for (const shard of this.#shards()) {
      if (agreed.has(shard)) continue;
      // A shard that moves on too fast is asked at the next look, the others not again.
      await citizens.claim(shard, rulesOf(programme));
      agreed.add(shard);
    }
  }

  // Steps 2 and 3. The watermarks are kept: what comes later arrived later.
  async #qualified(period: Period): Promise<boolean> {
    const { reader, topic } = this.#context;
    const now = await reader.watermarks(topic('card-transactions'));
    // What is on time may lie behind it, and be seen only after the close.
    if (now.some(({ stalled }) => stalled)) return false;
    const highs = this.#highs.get(period.id) ?? now.map((partition) => partition.high);
    this.#highs.set(period.id, highs);
    for (const [partition, high] of highs.entries()) {
      const receipt = high === 0 ? null : await newestReceipt(this.#context, partition);
      if (receipt === null && high > 0 && now[partition]!.start > 0) {
        throw new ProcessingError('other-log', `card-transactions/${partition} has lost records that were never qualified`);
      }
      if ((receipt?.end ?? 0) < high) return false;
    }
    return true;
  }

  // Step 4. The first marker counts; repeats are passed over.
  async #mark(period: Period): Promise<void> {
    const { producer, serdes, topic, programme } = this.#context;
    const value = serdes.ledger.encode({
      sourcePartition: -1, firstOffset: 0, rules: programme.rulesHash, citizens: [],
      periods: [{ id: period.id, rules: period.rulesHash }],
      entries: Buffer.alloc(0), layout: LAYOUT_VERSION, closes: period.id, origins: [], lines: Buffer.alloc(0),
    });
    await producer.append(this.#shards().map((partition) => ({ topic: topic('citizen-ledger'), partition, records: [{ key: null, value }] })));
    this.#marked.add(period.id);
  }

  // Step 5.
  async #allFrozen(period: Period): Promise<boolean> {
    for (const shard of this.#shards()) {
      const { standing } = await this.#context.citizens.sets(shard, []);
      if (standing.frozen < period.rank) return false;
    }
    return true;
  }

  // Step 6. The citizens who pass by enter the contest of step 7.
  async #payShard(period: Period, shard: number, contest: Contest | null): Promise<void> {
    if (this.closures.manifest(period.id, 'CASHBACK', shard) !== undefined) return;
    const payouts = await ShardPayouts.open(this.#context, this.closures, shard, period, 'CASHBACK');
    const sums = { citizens: 0, payments: 0, grossCents: 0 };
    for await (const page of frozenTotalsOf(this.#context, shard, period)) {
      for (const { payments, grossCents } of page) {
        sums.citizens++;
        sums.payments += payments;
        sums.grossCents += grossCents;
      }
      contest?.enter(shard, page);
      await payouts.pay(page.flatMap(dueOf));
    }
    const running = await frozenSumsOf(this.#context, shard, period);
    if (running.payments !== sums.payments || running.grossCents !== sums.grossCents) {
      throw new ProcessingError('sums-differ', `shard ${shard}: citizens' records do not add up to the shard's running sums`);
    }
    contest?.done(shard);
    await payouts.finish(sums.citizens, null, undefined);
  }

  #shards(): number[] {
    return Array.from({ length: this.#context.partitions('citizen-ledger') }, (_, shard) => shard);
  }
}

function dueOf({ citizenId, total }: FrozenTotal): Due[] {
  const amountCents = payCents(total);
  return amountCents > 0 ? [{ citizenId, transactions: total.transactions, amountCents }] : [];
}
