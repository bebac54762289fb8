/**
 * Cashback of a payment and of a citizen in a period. The rule for rounding is here.
 *
 * Source: contract, section 2 rules 5 and 6.
 */
import type { Period } from './programme.ts';

/**
 * Cents accrued by one payment of `netCents` (amount less what was reversed): the rate, rounded half down to a cent,
 * at most the cap of a transaction.
 */
export function cashbackOfPaymentCents(netCents: number, period: Period): number {
  const scaled = netCents * period.rateBasisPoints + 4999; // below 10^11 × 10^4: exact
  return Math.min(period.transactionCapCents, (scaled - (scaled % 10_000)) / 10_000);
}

/** The cap of a period applies where a total is read, never where it is kept. */
export function cappedCashbackCents(accruedCents: number, period: Period): number {
  return Math.min(period.periodCapCents, accruedCents);
}

/** What a citizen with these totals is paid for a period (CASHBACK): 0 below the minimum of transactions. */
export function payableCents(cashbackCents: number, transactions: number, period: Period): number {
  return transactions >= period.minimumTransactions ? cashbackCents : 0;
}
