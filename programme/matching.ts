/**
 * Matching reversals to payments: how much of each payment is reversed.
 *
 * Source: contract, section 2 rule 4. A pure function of the set of records: their order changes nothing.
 */

/** A record as it counts in a citizen's ledger. */
export interface AppliedRecord {
  readonly reversal: boolean;
  readonly correlated: boolean;
  /** Equal links may match (see identity.ts); correlated and uncorrelated records never have an equal one. */
  readonly link: string;
  /** trxDate, milliseconds since the epoch. */
  readonly timeMs: number;
  readonly amountCents: number;
  /** Deadlines passed when the record was folded: the k-th period's frozen total is made of records below k. */
  readonly deadlinesPassed: number;
}

/** Cents left of each payment that a reversal has taken something from; the others keep their amount. */
export type NetCents = ReadonlyMap<AppliedRecord, number>;

/** What the reversals leave of the payments. */
export function matchReversals(records: readonly AppliedRecord[]): NetCents {
  const netCents = new Map<AppliedRecord, number>();
  const reversals = records.filter((record) => record.reversal);
  if (reversals.length === 0) return netCents;
  for (const [link, ofLink] of Map.groupBy(reversals, (record) => record.link)) {
    const payments = records.filter((record) => !record.reversal && record.link === link);
    if (ofLink[0]!.correlated) reverseCorrelated(payments, ofLink, netCents);
    else reverseUncorrelated(payments, ofLink, netCents);
  }
  return netCents;
}

/** The sum of the reversals is taken from the payments in time order, each down to 0 before the next. */
function reverseCorrelated(
  payments: readonly AppliedRecord[], reversals: readonly AppliedRecord[], netCents: Map<AppliedRecord, number>,
): void {
  let leftCents = reversals.reduce((sum, reversal) => sum + reversal.amountCents, 0);
  for (const payment of payments.toSorted((a, b) => a.timeMs - b.timeMs || b.amountCents - a.amountCents)) {
    const takenCents = Math.min(leftCents, payment.amountCents);
    netCents.set(payment, payment.amountCents - takenCents);
    leftCents -= takenCents;
  }
}

/** Each reversal, in time order, takes the whole of the latest payment not yet taken, at or before its own time. */
function reverseUncorrelated(
  payments: readonly AppliedRecord[], reversals: readonly AppliedRecord[], netCents: Map<AppliedRecord, number>,
): void {
  const inTime = payments.toSorted((a, b) => a.timeMs - b.timeMs);
  const open: AppliedRecord[] = [];
  let next = 0;
  for (const reversal of reversals.toSorted((a, b) => a.timeMs - b.timeMs)) {
    while (next < inTime.length && inTime[next]!.timeMs <= reversal.timeMs) open.push(inTime[next++]!);
    const taken = open.pop();
    if (taken !== undefined) netCents.set(taken, 0);
  }
}
