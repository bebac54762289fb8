/**
 * The points on which the rules turn (contract, section 2), one function each, so that a test can break one and see
 * that it is told apart. Nothing here is clever.
 */
import { after, midnight } from './calendar.ts';
import type { Enrolment, Period, Total, Transaction } from './world.ts';

export const CONTRACT = {
  /** Section 1. */
  deadline: (untilMs: number, grace: string, timeZone: string): number => after(untilMs, grace, timeZone),

  /** Rule 1: never before the card's last applied event. In replay an event arrives at its `at`. */
  eventTime: (event: Enrolment, lastMs: number): number => Math.max(event.at, lastMs),
  heldFrom: (timeMs: number, timeZone: string): number => midnight(timeMs, 1, timeZone),
  heldUntil: (timeMs: number, timeZone: string): number => midnight(timeMs, 1, timeZone),
  isCardTaken: (active: string | null, event: Enrolment): boolean => active !== null && active !== event.citizenId,

  /** Section 3: what is compared is the bytes that the digits stand for. */
  card: (hashPan: string): string => hashPan.toLowerCase(),
  /** Section 3: the order of all records. */
  order: (a: Transaction, b: Transaction): number =>
    a.arrival - b.arrival || bytes(a.source, b.source) || a.file - b.file || a.line - b.line,

  /** Rule 2. */
  isFuture: (trx: Transaction): boolean => trx.trxDate > trx.arrival + 10 * 60_000,
  isLate: (trx: Transaction, period: Period): boolean => trx.arrival >= period.deadlineMs,
  isOnline: (trx: Transaction): boolean => trx.posType === '01' && (trx.operationType === '00' || trx.correlationId === ''),
  /** Who gets a reversal, of those who have held the card, in the order in which they did; the last one's outcome counts. */
  receivers: (holders: readonly string[]): readonly string[] => holders,

  /** Rule 3. */
  identity: (trx: Transaction): string =>
    JSON.stringify([trx.acquirerCode, trx.acquirerId, trx.idTrxAcquirer, trx.trxDate, trx.operationType]),
  content: (trx: Transaction): string =>
    JSON.stringify([trx.card, String(trx.amount), trx.correlationId, trx.merchantId, trx.terminalId]),
  stands: (first: Transaction, _second: Transaction): Transaction => first,

  /** Rule 4: what a reversal and its payment have in common, beside the citizen. */
  correlated: (trx: Transaction): string => JSON.stringify([trx.card, trx.acquirerCode, trx.acquirerId, trx.correlationId]),
  uncorrelated: (trx: Transaction): string =>
    JSON.stringify([trx.card, trx.acquirerCode, trx.acquirerId, trx.merchantId, trx.terminalId, String(trx.amount)]),
  /** The payment from which a correlated amount is taken first. */
  takenFirst: (a: Transaction, b: Transaction): number => a.trxDate - b.trxDate || Number(b.amount - a.amount),
  /** Among the payments that an uncorrelated reversal may take, in time order. */
  choose: (payments: readonly Transaction[]): Transaction | undefined => payments.at(-1),
  mayTake: (reversal: Transaction, payment: Transaction): boolean => payment.trxDate <= reversal.trxDate,

  /** Rule 5. */
  cashback: (amount: bigint, reversed: bigint, period: Period): bigint => {
    const net = max(amount - reversed, 0n);
    return min(BigInt(period.transactionCapCents), (net * BigInt(period.rateBasisPoints) + 4999n) / 10_000n);
  },
  counts: (amount: bigint, reversed: bigint): boolean => amount > reversed,
  capped: (cents: bigint, period: Period): bigint => min(cents, BigInt(period.periodCapCents)),

  /** Rule 6. */
  isOnTime: (trx: Transaction, period: Period): boolean => trx.arrival < period.deadlineMs,
  isClosed: (period: Period, asOfMs: number): boolean => period.deadlineMs <= asOfMs,
  isPaid: (total: Total, period: Period): boolean => total.transactions >= period.minimumTransactions && total.cents > 0n,
  ranking: (a: Total, b: Total): number => b.transactions - a.transactions || a.lastMs - b.lastMs || bytes(a.citizenId, b.citizenId),
} as const;

export type Rules = { readonly [K in keyof typeof CONTRACT]: (typeof CONTRACT)[K] };

/** By UTF-8 bytes. */
export function bytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
