/**
 * A citizen's totals: a pure function of the set of the citizen's applied records.
 *
 * Source: contract, section 2 rule 5. Written for obviousness: this is the specification. Order, repetition and
 * batching of records change nothing, because nothing here sees them.
 */
import { cappedCashbackCents, cashbackOfPaymentCents, payableCents } from './cashback.ts';
import { matchReversals, type AppliedRecord } from './matching.ts';
import type { Period, Programme } from './programme.ts';

export interface PeriodTotal {
  readonly period: Period;
  /** Payments of which something is left. */
  readonly transactions: number;
  /** Sum over the payments, before the cap of the period. */
  readonly accruedCents: number;
  /** The same, not above the cap of the period. */
  readonly cashbackCents: number;
  /** Greatest trxDate of a payment of which something is left, milliseconds since the epoch; -Infinity = none. */
  readonly lastCountedMs: number;
}

/** The total of each period in which the citizen has an applied payment, in time order. */
export function totals(records: readonly AppliedRecord[], programme: Programme): PeriodTotal[] {
  const netCents = matchReversals(records);
  const payments = records.filter((record) => !record.reversal);
  return programme.periods.flatMap((period) => {
    const ofPeriod = payments.filter((p) => period.fromMs <= p.timeMs && p.timeMs < period.untilMs);
    return ofPeriod.length === 0 ? [] : [totalOf(ofPeriod, netCents, period)];
  });
}

/** What the period's total was made of when it closed: records that came before its deadline and before its freeze. */
export function frozenTotals(records: readonly AppliedRecord[], programme: Programme, period: Period): PeriodTotal | null {
  const before = records.filter((record) => record.deadlinesPassed < period.rank);
  return totals(before, programme).find((total) => total.period.id === period.id) ?? null;
}

/** What all the records so far would pay for a period, in cents. */
export function wouldPayCents(total: PeriodTotal | null | undefined): number {
  return total ? payableCents(total.cashbackCents, total.transactions, total.period) : 0;
}

function totalOf(payments: readonly AppliedRecord[], netCents: ReadonlyMap<AppliedRecord, number>, period: Period): PeriodTotal {
  const counted = payments.filter((payment) => (netCents.get(payment) ?? payment.amountCents) > 0);
  const accruedCents = counted.reduce(
    (sum, payment) => sum + cashbackOfPaymentCents(netCents.get(payment) ?? payment.amountCents, period), 0,
  );
  return {
    period,
    transactions: counted.length,
    accruedCents,
    cashbackCents: cappedCashbackCents(accruedCents, period),
    lastCountedMs: counted.reduce((last, payment) => Math.max(last, payment.timeMs), -Infinity),
  };
}
