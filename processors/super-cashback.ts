/**
 * The super cashback, exact over all shards. The rule itself: programme/ranking.ts.
 *
 * The best so far are kept while the shards' citizens pass by for their CASHBACK; shards that another process has paid
 * are walked for it alone. However many citizens, no more than twice the ranks are held.
 */
import { compareText, Leaders, type Ranked } from '../programme/ranking.ts';
import type { Period, SuperCashback } from '../programme/programme.ts';
import { payCents } from '../programme/totals.ts';
import type { Closures } from './closures.ts';
import type { Context } from './context.ts';
import { frozenTotalsOf, type FrozenTotal } from './paid-citizens.ts';
import { ShardPayouts } from './shard-payouts.ts';

/** Payouts of one request. */
const PAYOUTS_MAX = 500;

interface Winner extends Ranked {
  readonly shard: number;
}

/** Who leads a period, over the shards that have been walked. */
export class Contest {
  readonly #leaders: Leaders<Winner>;
  readonly #walked = new Set<number>();

  constructor({ ranks }: SuperCashback) {
    this.#leaders = new Leaders(ranks);
  }

  /** Those among them who are paid compete. Each citizen once: a walk that failed half way is not to be begun again. */
  enter(shard: number, citizens: readonly FrozenTotal[]): void {
    for (const { citizenId, total } of citizens) {
      const { transactions, lastCountedMs } = total;
      if (payCents(total) > 0) this.#leaders.offer({ shard, citizenId, transactions, lastCountedMs });
    }
  }

  /** All citizens of the shard have been entered. */
  done(shard: number): void {
    this.#walked.add(shard);
  }

  /** Best first, of all shards: those not walked yet are walked now. @throws NotFrozen */
  async winners(context: Context, shards: readonly number[], period: Period): Promise<readonly Winner[]> {
    for (const shard of shards) {
      if (this.#walked.has(shard)) continue;
      for await (const page of frozenTotalsOf(context, shard, period)) this.enter(shard, page);
      this.done(shard);
    }
    return this.#leaders.best();
  }
}

/** @throws NotFrozen; every shard's CASHBACK manifest must be there. */
export async function paySuperCashback(
  context: Context, closures: Closures, period: Period, prize: SuperCashback, contest: Contest,
): Promise<void> {
  await closures.refresh();
  const shards = Array.from({ length: context.partitions('citizen-ledger') }, (_, shard) => shard);
  if (closures.complete(period.id, 'SUPER_CASHBACK')) return;
  const winners = await contest.winners(context, shards, period);
  const last = winners.at(-1)?.transactions ?? null;
  const byShard = Map.groupBy(winners, ({ shard }) => shard);
  for (const shard of shards) {
    const payouts = await ShardPayouts.open(context, closures, shard, period, 'SUPER_CASHBACK');
    const due = (byShard.get(shard) ?? []).sort((a, b) => compareText(a.citizenId, b.citizenId));
    for (let i = 0; i < due.length; i += PAYOUTS_MAX) {
      await payouts.pay(due.slice(i, i + PAYOUTS_MAX)
        .map(({ citizenId, transactions }) => ({ citizenId, transactions, amountCents: prize.cents })));
    }
    const { citizens } = closures.manifest(period.id, 'CASHBACK', shard)!;
    await payouts.finish(citizens, last, closures.manifest(period.id, 'SUPER_CASHBACK', shard));
  }
}
