/**
 * A citizen's totals: a pure function of the set of the citizen's applied records.
 *
 * Source: contract, section 2 rule 5. Written for obviousness: this is the specification. Order, repetition and
 * batching of records change nothing, because nothing here sees them.
 */
import { cappedCashbackCents, cashbackOfPaymentCents, payableCents } from './cashback.ts';
import { matchReversals, type AppliedRecord, type NetCents } from './matching.ts';
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
  return programme.periods.map((period) => totalOf(records, netCents, period)).filter((total) => total !== null);
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

function totalOf(records: readonly AppliedRecord[], netCents: NetCents, period: Period): PeriodTotal | null {
  const payments = records.filter((record) => !record.reversal && period.fromMs <= record.timeMs && record.timeMs < period.untilMs);
  if (payments.length === 0) return null;
  let transactions = 0;
  let accruedCents = 0;
  let lastCountedMs = -Infinity;
  for (const payment of payments) {
    const leftCents = netCents.get(payment) ?? payment.amountCents;
    if (leftCents === 0) continue;
    transactions++;
    accruedCents += cashbackOfPaymentCents(leftCents, period);
    lastCountedMs = Math.max(lastCountedMs, payment.timeMs);
  }
  return { period, transactions, accruedCents, cashbackCents: cappedCashbackCents(accruedCents, period), lastCountedMs };
}
