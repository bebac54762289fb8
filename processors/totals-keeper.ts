/**
 * Keeps the totals of touched citizens, at most once a second a citizen: beside the set, for readers, and as records
 * of `citizen-totals`. First sent, then taken off the list: at least once.
 */
import { onTimeTotals, type PeriodTotal } from '../programme/totals.ts';
import type { OutgoingRecord } from '../ports/log.ts';
import type { Context } from './context.ts';
import { recordsOf } from './ledger-entry.ts';

/** Citizens a round, and rounds a call: a long list is worked off between batches, not instead of them. */
const CITIZENS_MAX = 500;
const ROUNDS_MAX = 20;

export class TotalsKeeper {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Answers where the store stands when that is not `position`. */
  async keepTouched(shard: number, position: number): Promise<number | null> {
    const { citizens, producer, programme, topic } = this.#context;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const touched = await citizens.touched(shard, CITIZENS_MAX);
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
