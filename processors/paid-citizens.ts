/**
 * Walks a shard's citizens, in byte order, as they stood when a period was frozen.
 */
import type { Period } from '../programme/programme.ts';
import { onTimeTotals, type PeriodTotal } from '../programme/totals.ts';
import type { Context } from './context.ts';
import { recordsOf } from './ledger-entry.ts';

const PAGE_CITIZENS = 500;

export interface FrozenTotal {
  readonly citizenId: string;
  readonly total: PeriodTotal;
  /** Payments that the total is made of, and the sum of their amounts in cents, reversals not looked at. */
  readonly payments: number;
  readonly grossCents: number;
}

/** The shard is no longer frozen for the period: its store has been rolled back and is being folded again. */
export class NotFrozen extends Error {
  override readonly name = 'NotFrozen';
}

/**
 * Every citizen with an applied payment in the period, in pages.
 * @throws NotFrozen when the store falls back behind the marker on the way
 */
export async function* frozenTotalsOf(context: Context, shard: number, period: Period): AsyncIterable<FrozenTotal[]> {
  let after: string | null = null;
  for (;;) {
    const page = await context.citizens.page(shard, after, PAGE_CITIZENS);
    if (page.standing.frozen < period.rank) throw new NotFrozen(`shard ${shard}`);
    if (page.citizens.length === 0) return;
    after = page.citizens.at(-1)!.citizenId;
    yield page.citizens.flatMap(({ citizenId, set }) => {
      const records = recordsOf(set);
      const total = onTimeTotals(records, context.programme).find((candidate) => candidate.period.id === period.id);
      if (total === undefined) return [];
      const payments = records.filter((record) => !record.reversal && record.deadlinesPassed < period.rank
        && period.fromMs <= record.timeMs && record.timeMs < period.untilMs);
      return [{ citizenId, total, payments: payments.length, grossCents: payments.reduce((sum, p) => sum + p.amountCents, 0) }];
    });
  }
}
