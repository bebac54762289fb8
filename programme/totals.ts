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

/**
 * The totals that are shown and paid: of each period what arrived before its deadline (and before its freeze). They
 * need no storage to be frozen: records of other deadlines never enter.
 */
export function onTimeTotals(records: readonly AppliedRecord[], programme: Programme): PeriodTotal[] {
  const latest = records.reduce((most, record) => Math.max(most, record.deadlinesPassed), 0);
  const ofAll = totals(records, programme);
  return ofAll.flatMap((total) => {
    if (latest < total.period.rank) return [total];
    const onTime = records.filter((record) => record.deadlinesPassed < total.period.rank);
    return totals(onTime, programme).filter((other) => other.period.id === total.period.id);
  });
}

/** What a citizen with this total is paid, in cents; no total pays nothing. */
export function payCents(total: PeriodTotal | undefined): number {
  return total === undefined ? 0 : payableCents(total.cashbackCents, total.transactions, total.period);
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
