/**
 * `tornaconto verify`: recomputes a period from the log alone, and holds everything that was said of it against that:
 * the receipts, the store, the payouts, their manifests, the adjustments.
 *
 * Source: contract, section 6. Receipts are read first: a decision stands in the ledger before its receipt is written.
 */
import type { Context } from '../processors/context.ts';
import { recordsOf } from '../processors/ledger-entry.ts';
import { newestReceipt } from '../processors/receipts.ts';
import type { PayoutKind } from '../programme/ids.ts';
import type { Period } from '../programme/programme.ts';
import { onTimeTotals, payCents, totals } from '../programme/totals.ts';
import { Differences, type Difference } from './differences.ts';
import { foldLedger, type ShardFold } from './ledger-fold.ts';
import { auditPayouts, type ExpectedCitizen, type PayoutSums } from './payout-audit.ts';
import { auditStore } from './store-audit.ts';

export interface VerifyReport {
  readonly period: string;
  /** Whether the period is closed in the ledger; of an open one no payouts are expected. */
  readonly closed: boolean;
  readonly citizens: number;
  readonly transactions: number;
  readonly cashbackCents: number;
  /** By kind. */
  readonly payouts: Readonly<Partial<Record<PayoutKind, PayoutSums>>>;
  readonly differences: readonly Difference[];
  /** All of them, also those that the list leaves out. */
  readonly differenceCount: number;
}

const PAGE_CITIZENS = 1_000;

export async function verify(context: Context, period: Period): Promise<VerifyReport> {
  const differences = new Differences();
  const receipts = await receiptsOf(context);
  const ends = new Map([...receipts].map(([partition, { end }]) => [partition, end]));
  const shards = context.partitions('citizen-ledger');
  const decided = new Map<number, number>();
  const citizens: ExpectedCitizen[] = [];
  const withPayment: number[] = [];
  const sums = { citizens: 0, transactions: 0, cashbackCents: 0 };
  let frozenShards = 0;
  for (let shard = 0; shard < shards; shard++) {
    const fold = await foldLedger(context, shard, ends, differences);
    for (const [partition, count] of fold.decided) decided.set(partition, (decided.get(partition) ?? 0) + count);
    if ((await fold.citizens.sets(shard, [])).standing.frozen >= period.rank) frozenShards++;
    await auditStore(context, shard, period, fold.citizens, differences);
    const before = sums.citizens;
    for await (const { expected, transactions, cashbackCents } of expectedOf(context, shard, period, fold)) {
      sums.transactions += transactions;
      sums.cashbackCents += cashbackCents;
      if (expected.hasPayment) sums.citizens++;
      citizens.push(expected.citizen);
    }
    withPayment.push(sums.citizens - before);
  }
  for (const [partition, { qualified }] of receipts) {
    differences.expect('ledger-incomplete', `decisions of ${context.topic('card-transactions')}/${partition}`, qualified, decided.get(partition) ?? 0);
  }
  const closed = frozenShards === shards;
  if (!closed && frozenShards > 0) differences.add('not-frozen', period.id, shards, frozenShards);
  const payouts = closed ? await auditPayouts(context, period, citizens, withPayment, differences) : {};
  return { period: period.id, closed, ...sums, payouts, differences: differences.kept, differenceCount: differences.count };
}

async function receiptsOf({ reader, serdes, topic }: Context): Promise<Map<number, { end: number; qualified: number }>> {
  const receipts = new Map<number, { end: number; qualified: number }>();
  const sources = (await reader.watermarks(topic('card-transactions'))).length;
  for (let partition = 0; partition < sources; partition++) {
    const receipt = await newestReceipt(reader, topic('receipts'), partition, serdes.receipt);
    if (receipt !== null) receipts.set(partition, receipt);
  }
  return receipts;
}

async function* expectedOf({ programme }: Context, shard: number, period: Period, { citizens }: ShardFold): AsyncIterable<{
  expected: { citizen: ExpectedCitizen; hasPayment: boolean }; transactions: number; cashbackCents: number;
}> {
  for (let after: string | null = null; ;) {
    const page = await citizens.page(shard, after, PAGE_CITIZENS);
    if (page.citizens.length === 0) return;
    for (const { citizenId, set } of page.citizens) {
      const records = recordsOf(set);
      const frozen = onTimeTotals(records, programme).find((total) => total.period.id === period.id);
      const all = totals(records, programme).find((total) => total.period.id === period.id);
      const { transactions = 0, cashbackCents = 0, lastCountedMs = -Infinity } = frozen ?? {};
      const citizen = { citizenId, shard, transactions, lastCountedMs, paidCents: payCents(frozen), wouldPayCents: payCents(all) };
      yield { expected: { citizen, hasPayment: frozen !== undefined }, transactions, cashbackCents };
    }
    after = page.citizens.at(-1)!.citizenId;
  }
}
