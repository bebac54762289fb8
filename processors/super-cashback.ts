/**
 * The super cashback, exact over all shards in one pass. The rule itself: programme/ranking.ts.
 */
import { compareText, Leaders, type Ranked } from '../programme/ranking.ts';
import type { Period, SuperCashback } from '../programme/programme.ts';
import { payCents } from '../programme/totals.ts';
import type { Closures } from './closures.ts';
import type { Context } from './context.ts';
import { frozenTotalsOf } from './paid-citizens.ts';
import { ShardPayouts } from './shard-payouts.ts';

interface Winner extends Ranked {
  readonly shard: number;
}

/** @throws NotFrozen; every shard's CASHBACK manifest must be there. */
export async function paySuperCashback(
  context: Context, closures: Closures, period: Period, prize: SuperCashback,
): Promise<void> {
  await closures.refresh();
  const shards = Array.from({ length: context.partitions('citizen-ledger') }, (_, shard) => shard);
  if (shards.every((shard) => closures.manifest(period.id, 'SUPER_CASHBACK', shard) !== undefined)) return;
  const winners = await winnersOf(context, shards, period, prize.ranks);
  const last = winners.at(-1)?.transactions ?? null;
  const byShard = Map.groupBy(winners, ({ shard }) => shard);
  for (const shard of shards) {
    const payouts = await ShardPayouts.open(context, shard, period, 'SUPER_CASHBACK');
    const due = (byShard.get(shard) ?? []).sort((a, b) => compareText(a.citizenId, b.citizenId));
    for (let i = 0; i < due.length; i += 500) {
      await payouts.pay(due.slice(i, i + 500).map(({ citizenId, transactions }) => ({ citizenId, transactions, amountCents: prize.cents })));
    }
    const citizens = closures.manifest(period.id, 'CASHBACK', shard)!.citizens;
    await payouts.finish(citizens, last, closures.manifest(period.id, 'SUPER_CASHBACK', shard));
  }
}

/** Best first. */
async function winnersOf(
  context: Context, shards: readonly number[], period: Period, ranks: number,
): Promise<readonly Winner[]> {
  const leaders = new Leaders<Winner>(ranks);
  for (const shard of shards) {
    for await (const page of frozenTotalsOf(context, shard, period)) {
      for (const { citizenId, total } of page) {
        const { transactions, lastCountedMs } = total;
        if (payCents(total) > 0) leaders.offer({ shard, citizenId, transactions, lastCountedMs });
      }
    }
  }
  return leaders.best();
}
