/**
 * Sums a run by period, while its rows pass on their way into files.
 */
import type { Programme } from '../programme/programme.ts';
import type { Payout } from '../schemas/generated/types.ts';
import type { PeriodFigures } from './figures.ts';
import type { AdjustmentRow, TotalPages } from './rows.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class PeriodSums {
  readonly #periods: ReadonlyMap<string, Mutable<PeriodFigures>>;

  constructor(programme: Programme, asOfMs: number, payouts: readonly Payout[], adjustments: readonly AdjustmentRow[]) {
    this.#periods = new Map(programme.periods.map(({ id, deadlineMs }) => [id, {
      id, closed: deadlineMs <= asOfMs, citizens: 0, transactions: 0, cashbackCents: 0, paid: 0, paidCents: 0, adjustedCents: 0,
    }]));
    for (const { period, amount } of payouts) {
      this.#periods.get(period)!.paid++;
      this.#periods.get(period)!.paidCents += amount;
    }
    for (const [, period, cents] of adjustments) this.#periods.get(period)!.adjustedCents += cents;
  }

  /** Hands the rows on, counted. */
  async* counting(pages: TotalPages): TotalPages {
    for await (const page of pages) {
      for (const [, period, transactions, cashbackCents] of page) {
        const sums = this.#periods.get(period)!;
        sums.citizens++;
        sums.transactions += transactions;
        sums.cashbackCents += cashbackCents;
      }
      yield page;
    }
  }

  /** In time order. */
  figures(): PeriodFigures[] {
    return [...this.#periods.values()];
  }
}
