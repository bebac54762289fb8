/**
 * What an audit finds: every difference with where it is, up to a limit that keeps a broken run readable.
 */

export const DIFFERENCE_KINDS = [
  'ledger-incomplete', 'ledger-other-rules', 'not-frozen', 'record-missing', 'record-extra', 'record-changed', 'kept-total',
  'payout-missing', 'payout-extra', 'payout-amount', 'payout-repeat-differs',
  'manifest-missing', 'manifest-differs', 'adjustment-sum', 'adjustment-repeat-differs', 'receipts-behind',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export interface Difference {
  readonly kind: DifferenceKind;
  /** A citizen, a payout id, a shard: never a field of a card transaction. */
  readonly where: string;
  readonly expected: string | number | null;
  readonly found: string | number | null;
}

/** Differences kept; all are counted. */
const KEPT_MAX = 1_000;

export class Differences {
  readonly kept: Difference[] = [];
  count = 0;

  add(kind: DifferenceKind, where: string, expected: string | number | null, found: string | number | null): void {
    this.count++;
    if (this.kept.length < KEPT_MAX) this.kept.push({ kind, where, expected, found });
  }

  /** Adds a difference unless the two are equal. */
  expect(kind: DifferenceKind, where: string, expected: string | number | null, found: string | number | null): void {
    if (expected !== found) this.add(kind, where, expected, found);
  }
}
