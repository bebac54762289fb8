/**
 * Keeps the totals of touched citizens, at most once a second a citizen: beside the set, for readers, and as records
 * of `citizen-totals`. First sent, then taken off the list: at least once.
 *
 * A shard that catches up touches nearly a citizen a decision, and keeping a total takes three times what folding the
 * decision did: there, until the rush is over, only a few of those who wait longest are kept. Nobody reads anything
 * older for it: who waits on the list is answered from the set.
 */
import { onTimeTotals, type PeriodTotal } from '../programme/totals.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import type { Context } from './context.ts';
import { recordsOf } from './ledger-entry.ts';

/** Citizens a round: that of all shards at once must stay far from a command's timeout. */
const CITIZENS_MAX = 200;
/** Rounds a call: a long list is worked off between batches, not instead of them. */
const ROUNDS_MAX = 50;
/** Decisions folded between two calls, about a second: ten times what a shard of the nation's sees at its busiest. */
const RUSH_DECISIONS = 1_000;
const CITIZENS_IN_RUSH = 25;

export class TotalsKeeper {
  readonly #context: Context;
  /** By shard: decisions folded since the last call. */
  readonly #folded = new Map<number, number>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** To be told of what is folded. */
  folded(shard: number, decisions: number): void {
    this.#folded.set(shard, (this.#folded.get(shard) ?? 0) + decisions);
  }

  /** Answers where the store stands when that is not `position`. */
  async keepTouched(shard: number, position: number): Promise<number | null> {
    const { citizens, producer, programme, topic } = this.#context;
    const isRush = (this.#folded.get(shard) ?? 0) > RUSH_DECISIONS;
    this.#folded.delete(shard);
    for (let round = 0; round < (isRush ? 1 : ROUNDS_MAX); round++) {
      const touched = await citizens.touched(shard, isRush ? CITIZENS_IN_RUSH : CITIZENS_MAX);
      if (touched.standing.position !== position) return touched.standing.position;
      if (touched.citizens.length === 0) return null;
      const kept = touched.citizens.map(({ citizenId, set }) => ({ citizenId, totals: onTimeTotals(recordsOf(set), programme) }));
      const records = kept.flatMap(({ citizenId, totals }) =>
        totals.map((total) => totalRecord(this.#context, citizenId, total, touched.standing.frozen)));
      if (records.length > 0) await producer.append([{ topic: topic('citizen-totals'), partition: shard, records }]);
      const result = await citizens.keep(shard, position, kept.map(({ citizenId, totals }) => ({
        citizenId,
        totals: totals.map(({ period, transactions, cashbackCents }) => ({ periodId: period.id, transactions, cashbackCents })),
      })));
      if (result.kind === 'refused') return result.position;
    }
    return null;
  }
}

/** A record of `citizen-totals`; `frozen` periods (by rank) are closed. */
export function totalRecord({ programme, serdes }: Context, citizenId: string, total: PeriodTotal, frozen: number): OutgoingRecord {
  const { period, transactions, cashbackCents } = total;
  return {
    key: Buffer.from(`${citizenId}/${period.id}`),
    value: serdes.total.encode({
      programme: programme.programme, period: period.id, citizenId, transactions, cashback: cashbackCents,
      minimumTransactions: period.minimumTransactions, closed: frozen >= period.rank,
    }),
  };
}
