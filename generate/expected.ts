/**
 * What must become of each planted line, known from how it was made: the summary that `replay` has to print.
 *
 * A second statement of judging (contract, section 2, rules 2 and 3), in whole days and booleans only. It shares no code
 * with `programme/`, so it can find that wrong.
 */
import type { DropReason, TRANSACTION_QUARANTINE_REASONS } from '../programme/outcome.ts';
import type { Population } from './population.ts';
import { CURRENCY } from './programme.ts';
import type { PeriodDays } from './programme.ts';
import type { TransactionRecord } from './record.ts';

export type TransactionOutcome =
  | 'applied' | 'duplicate' | DropReason | (typeof TRANSACTION_QUARANTINE_REASONS)[number];

/** Judges records in the order in which they are delivered to files, and counts. */
export class Expected {
  readonly outcomes: Partial<Record<TransactionOutcome, number>> = {};
  readonly #population: Population;
  readonly #periods: readonly PeriodDays[];

  constructor(population: Population, periods: readonly PeriodDays[]) {
    this.#population = population;
    this.#periods = periods;
  }

  count(outcome: TransactionOutcome): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  /** What becomes of a record whose file arrives on that day, but for what the ledger holds already. */
  judge(record: TransactionRecord, arrivalDay: number): TransactionOutcome {
    if (record.currency !== CURRENCY) return 'currency';
    if (record.day > arrivalDay) return 'future';
    if (record.reversal) {
      if (record.virtual && record.correlationId === '') return 'online';
      return this.#population.wasHeld(record.card, record.day) ? 'applied' : 'not-enrolled';
    }
    if (record.virtual) return 'online';
    if (!this.#population.isHeld(record.card, record.day)) return 'not-enrolled';
    const period = this.#periods.find(({ fromDay, untilDay }) => record.day >= fromDay && record.day < untilDay);
    if (period === undefined) return 'outside-period';
    return arrivalDay >= period.deadlineDay ? 'late' : 'applied';
  }

  /** Judges, folds (only records with twins can be duplicates or conflicts) and counts. */
  take(record: TransactionRecord, arrivalDay: number): TransactionOutcome {
    let outcome = this.judge(record, arrivalDay);
    const { twins } = record;
    if (outcome === 'applied' && twins !== undefined) {
      if (twins.applied) outcome = record.conflicting === true ? 'conflict' : 'duplicate';
      twins.applied = true;
    }
    this.count(outcome);
    return outcome;
  }
}
