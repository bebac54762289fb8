/**
 * The super cashback, exact over all shards in two passes: the histogram of transactions finds the bucket on the edge,
 * and only that one is sorted. The rule itself: programme/ranking.ts.
 */
import { compareRanked, compareText, type Ranked } from '../programme/ranking.ts';
import type { Period, SuperCashback } from '../programme/programme.ts';
import { payCents } from '../programme/totals.ts';
import type { Closures } from './closures.ts';
import type { Context } from './context.ts';
import { frozenTotalsOf } from './paid-citizens.ts';
import { ShardPayouts } from './shard-payouts.ts';

/** @throws NotFrozen; every shard's CASHBACK manifest must be there. */
export async function paySuperCashback(
  context: Context, closures: Closures, period: Period, prize: SuperCashback,
): Promise<void> {
  await closures.refresh();
  const shards = Array.from({ length: context.partitions('citizen-ledger') }, (_, shard) => shard);
  if (shards.every((shard) => closures.manifest(period.id, 'SUPER_CASHBACK', shard) !== undefined)) return;
  const edge = await edgeOf(context, shards, period, prize.ranks);
  const { winners, last } = await winnersOf(context, shards, period, edge);
  for (const shard of shards) {
    const payouts = await ShardPayouts.open(context, shard, period, 'SUPER_CASHBACK');
    const due = winners[shard]!.toSorted((a, b) => compareText(a.citizenId, b.citizenId));
    for (let i = 0; i < due.length; i += 500) {
      await payouts.pay(due.slice(i, i + 500).map(({ citizenId, transactions }) => ({ citizenId, transactions, amountCents: prize.cents })));
    }
    const citizens = closures.manifest(period.id, 'CASHBACK', shard)!.citizens;
    await payouts.finish(citizens, last, closures.manifest(period.id, 'SUPER_CASHBACK', shard));
  }
}

interface Edge {
  /** Citizens with more transactions all win; of those with exactly as many only `places` do. */
  readonly transactions: number;
  readonly places: number;
}

/** Pass 1. */
async function edgeOf(context: Context, shards: readonly number[], period: Period, ranks: number): Promise<Edge> {
  const histogram = new Map<number, number>();
  for (const shard of shards) {
    for await (const { transactions } of paidIn(context, shard, period)) {
      histogram.set(transactions, (histogram.get(transactions) ?? 0) + 1);
    }
  }
  let places = ranks;
  for (const [transactions, citizens] of [...histogram].sort(([a], [b]) => b - a)) {
    if (citizens > places) return { transactions, places };
    places -= citizens;
  }
  return { transactions: -1, places: 0 };
}

/** Pass 2: by shard. `last` is the number of transactions of the last ranked, null when nobody is. */
async function winnersOf(
  context: Context, shards: readonly number[], period: Period, edge: Edge,
): Promise<{ winners: Ranked[][]; last: number | null }> {
  const winners: Ranked[][] = shards.map(() => []);
  const onEdge: (Ranked & { readonly shard: number })[] = [];
  for (const shard of shards) {
    for await (const ranked of paidIn(context, shard, period)) {
      if (ranked.transactions > edge.transactions) winners[shard]!.push(ranked);
      else if (ranked.transactions === edge.transactions && edge.places > 0) onEdge.push({ ...ranked, shard });
    }
  }
  for (const ranked of onEdge.sort(compareRanked).slice(0, edge.places)) winners[ranked.shard]!.push(ranked);
  const counts = winners.flat().map((ranked) => ranked.transactions);
  return { winners, last: counts.length === 0 ? null : counts.reduce((a, b) => Math.min(a, b)) };
}

async function* paidIn(context: Context, shard: number, period: Period): AsyncIterable<Ranked> {
  for await (const page of frozenTotalsOf(context, shard, period)) {
    for (const { citizenId, total } of page) {
      if (payCents(total) > 0) yield { citizenId, transactions: total.transactions, lastCountedMs: total.lastCountedMs };
    }
  }
}
