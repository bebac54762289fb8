/**
 * Walks a shard's citizens, in byte order, as they stood when a period was frozen.
 */
import type { PeriodSums } from '../ports/citizen-totals.ts';
import type { Period } from '../programme/programme.ts';
import { onTimeTotals, type PeriodTotal } from '../programme/totals.ts';
import type { Context } from './context.ts';
import { recordsOf } from './ledger-entry.ts';

const PAGE_CITIZENS = 500;
const NO_SUMS: PeriodSums = { payments: 0, grossCents: 0 };

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
      let payments = 0;
      let grossCents = 0;
      for (const record of records) {
        const isOfTotal = !record.reversal && record.deadlinesPassed < period.rank && period.fromMs <= record.timeMs && record.timeMs < period.untilMs;
        if (!isOfTotal) continue;
        payments++;
        grossCents += record.amountCents;
      }
      return [{ citizenId, total, payments, grossCents }];
    });
  }
}

/**
 * The shard's running sums of the period, which count nothing once it is frozen.
 * @throws NotFrozen when they are, or may be, of a store that has fallen back behind the marker
 */
export async function frozenSumsOf({ citizens }: Context, shard: number, period: Period): Promise<PeriodSums> {
  const { standing } = await citizens.sets(shard, []);
  const { position, sums } = await citizens.counts(shard);
  // Sums and standing are two reads: at or past a position that was frozen the shard is frozen too.
  if (standing.frozen < period.rank || position < standing.position) throw new NotFrozen(`shard ${shard}`);
  return Object.hasOwn(sums, period.id) ? sums[period.id]! : NO_SUMS; // A period may be named `constructor`.
}
