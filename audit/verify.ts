/**
 * `tornaconto verify`: recomputes a period from the log alone, and holds everything that was said of it against that:
 * the receipts, the store, the payouts, their manifests, the adjustments.
 *
 * Source: contract, section 6. One shard after the other, so that memory is that of the largest. Receipts and
 * adjustments are read before the ledger: whatever they say, the ledger said first.
 */
import type { Context } from '../processors/context.ts';
import { recordsOf } from '../processors/ledger-entry.ts';
import { PayoutTable } from '../processors/payout-table.ts';
import { payoutId, type PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import { Leaders, type Ranked } from '../programme/ranking.ts';
import { onTimeTotals, payCents, totals } from '../programme/totals.ts';
import { AdjustmentAudit } from './adjustment-audit.ts';
import { Differences, type Difference } from './differences.ts';
import { foldLedger, type Decided, type ShardFold } from './ledger-fold.ts';
import { Manifests } from './manifests.ts';
import { auditPayouts, foundPayouts, type FoundPayouts } from './payout-audit.ts';
import { auditReceipts } from './receipt-audit.ts';
import { auditStore, awaitStore } from './store-audit.ts';

export interface PayoutSums {
  readonly payouts: number;
  readonly amountCents: number;
  /** Over all shards' lines, sorted. */
  readonly digest: string;
}

export interface VerifyReport {
  readonly period: string;
  /** Whether the period is closed in the ledger; of an open one no payouts are expected. */
  readonly closed: boolean;
  readonly citizens: number;
  readonly transactions: number;
  readonly cashbackCents: number;
  /** By kind: what is due. */
  readonly payouts: Readonly<Partial<Record<PayoutKind, PayoutSums>>>;
  readonly adjustments: { readonly count: number; readonly amountCents: number };
  readonly differences: readonly Difference[];
  /** All of them, also those that the list leaves out. */
  readonly differenceCount: number;
}

export interface VerifyOptions {
  /** How long a store that is behind the ledger may take to catch up. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
const PAGE_CITIZENS = 1_000;

/** A citizen's due, and who it is that is due it. */
interface Expected extends Ranked {
  readonly amountCents: number;
}

export async function verify(context: Context, period: Period, options: VerifyOptions = {}): Promise<VerifyReport> {
  return new Verification(context, period, options.patienceMs ?? PATIENCE_MS).run();
}

class Verification {
  readonly #context: Context;
  readonly #period: Period;
  readonly #patienceMs: number;
  readonly #differences = new Differences();
  readonly #sums = { citizens: 0, transactions: 0, cashbackCents: 0 };
  readonly #payouts = { CASHBACK: new PayoutTable(), SUPER_CASHBACK: new PayoutTable() };
  readonly #leaders: Leaders<Expected & { readonly shard: number }>;

  constructor(context: Context, period: Period, patienceMs: number) {
    this.#context = context;
    this.#period = period;
    this.#patienceMs = patienceMs;
    this.#leaders = new Leaders(period.superCashback?.ranks ?? 0);
  }

  async run(): Promise<VerifyReport> {
    const receipts = await auditReceipts(this.#context, this.#differences);
    const decided = new Map<number, Decided>([...receipts].map(([partition, { end }]) => [partition, { end, count: 0 }]));
    const adjustments = await AdjustmentAudit.begin(this.#context, this.#period, this.#differences);
    const manifests = await Manifests.read(this.#context, this.#period, this.#differences);
    const prizes: FoundPayouts[] = [];
    const citizensOf: number[] = [];
    const shards = this.#context.partitions('citizen-ledger');
    let frozen = 0;
    for (let shard = 0; shard < shards; shard++) {
      const fold = await foldLedger(this.#context, shard, decided, this.#differences);
      if (fold.frozen >= this.#period.rank) frozen++;
      await this.#auditShard(shard, fold, adjustments, manifests, prizes, citizensOf);
    }
    for (const [partition, { qualified }] of receipts) {
      const where = `decisions of ${this.#context.topic('card-transactions')}/${partition}`;
      this.#differences.expect('ledger-incomplete', where, qualified, decided.get(partition)!.count);
    }
    const closed = frozen === shards;
    if (!closed && frozen > 0) this.#differences.add('not-frozen', this.#period.id, shards, frozen);
    this.#auditPrizes(closed, prizes, citizensOf, manifests);
    await adjustments.finish();
    return this.#report(closed, adjustments);
  }

  async #auditShard(
    shard: number, fold: ShardFold, adjustments: AdjustmentAudit, manifests: Manifests, prizes: FoundPayouts[], citizensOf: number[],
  ): Promise<void> {
    const differences = this.#differences;
    const store = { context: this.#context, shard, period: this.#period, fold, differences };
    if (await awaitStore(store, this.#patienceMs)) await auditStore(store);
    const before = this.#sums.citizens;
    const due = await this.#walk(shard, fold, adjustments.due(fold.adjustments));
    citizensOf.push(this.#sums.citizens - before);
    const found = await foundPayouts(this.#context, shard, this.#period, differences);
    prizes.push(found.SUPER_CASHBACK);
    const table = auditPayouts(this.#context, this.#period, 'CASHBACK', due, found.CASHBACK, differences);
    manifests.audit('CASHBACK', shard, fold.frozen < this.#period.rank ? null : this.#manifestOf(table, shard, citizensOf, null));
    this.#note('CASHBACK', due);
  }

  /** Every citizen of the shard: sums, adjustments, the contest. Answers who is due a CASHBACK. */
  async #walk(shard: number, fold: ShardFold, adjusted: ReadonlyMap<string, number>): Promise<Expected[]> {
    const { programme } = this.#context;
    const isFrozen = fold.frozen >= this.#period.rank;
    const due: Expected[] = [];
    const ofPeriod = (all: ReturnType<typeof totals>) => all.find((total) => total.period.id === this.#period.id);
    for (let after: string | null = null; ;) {
      const { citizens } = await fold.citizens.page(shard, after, PAGE_CITIZENS);
      if (citizens.length === 0) return due;
      after = citizens.at(-1)!.citizenId;
      for (const { citizenId, set } of citizens) {
        const records = recordsOf(set);
        const total = ofPeriod(onTimeTotals(records, programme));
        const amountCents = payCents(total);
        if (total !== undefined) {
          this.#sums.citizens++;
          this.#sums.transactions += total.transactions;
          this.#sums.cashbackCents += total.cashbackCents;
        }
        if (!isFrozen) continue;
        const changeCents = payCents(ofPeriod(totals(records, programme))) - amountCents;
        this.#differences.expect('adjustment-sum', citizenId, changeCents, adjusted.get(citizenId) ?? 0);
        if (total === undefined || amountCents === 0) continue;
        const expected = { citizenId, amountCents, transactions: total.transactions, lastCountedMs: total.lastCountedMs };
        due.push(expected);
        if (this.#period.superCashback !== null) this.#leaders.offer({ ...expected, shard });
      }
    }
  }

  #auditPrizes(closed: boolean, found: readonly FoundPayouts[], citizensOf: readonly number[], manifests: Manifests): void {
    const prize = this.#period.superCashback;
    const winners = closed && prize !== null ? this.#leaders.best().map((winner) => ({ ...winner, amountCents: prize.cents })) : [];
    const last = winners.at(-1)?.transactions ?? null;
    for (const [shard, ofShard] of found.entries()) {
      const due = winners.filter((winner) => winner.shard === shard);
      const table = auditPayouts(this.#context, this.#period, 'SUPER_CASHBACK', due, ofShard, this.#differences);
      manifests.audit('SUPER_CASHBACK', shard, closed && prize !== null ? this.#manifestOf(table, shard, citizensOf, last) : null);
    }
    this.#note('SUPER_CASHBACK', winners);
  }

  #manifestOf(table: PayoutTable, shard: number, citizensOf: readonly number[], lastRankedTransactions: number | null): Parameters<Manifests['audit']>[2] {
    return {
      shards: this.#context.partitions('citizen-ledger'), citizens: citizensOf[shard]!, payouts: table.size, amount: table.sumCents,
      digest: table.digest(), lastRankedTransactions,
    };
  }

  #note(kind: PayoutKind, due: readonly Expected[]): void {
    for (const { citizenId, amountCents } of due) {
      this.#payouts[kind].add(payoutId(this.#context.programme.programme, this.#period.id, kind, citizenId), amountCents);
    }
  }

  #report(closed: boolean, adjustments: AdjustmentAudit): VerifyReport {
    const sumsOf = (table: PayoutTable) => ({ payouts: table.size, amountCents: table.sumCents, digest: table.digest() });
    const { CASHBACK, SUPER_CASHBACK } = this.#payouts;
    return {
      period: this.#period.id,
      closed,
      ...this.#sums,
      payouts: closed
        ? { CASHBACK: sumsOf(CASHBACK), ...(this.#period.superCashback === null ? {} : { SUPER_CASHBACK: sumsOf(SUPER_CASHBACK) }) }
        : {},
      adjustments: { count: adjustments.count, amountCents: adjustments.sumCents },
      differences: this.#differences.kept,
      differenceCount: this.#differences.count,
    };
  }
}
