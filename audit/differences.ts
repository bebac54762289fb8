/**
 * What an audit finds: every difference with where it is, up to a limit that keeps a broken run readable.
 */

/** Each says which two things do not agree: what the log comes to, and what was said of it. */
export const DIFFERENCE_KINDS = {
  'receipt-sums': 'a receipt\'s counts do not add up to the records before its end',
  'ledger-gap': 'ledger records are missing',
  'ledger-unreadable': 'a ledger record that cannot be folded, so that the rest of its shard is not looked at',
  'ledger-incomplete': 'the ledger holds other decisions than the receipts count',
  'deadlines-differ': 'a decision that counts other deadlines as passed than its arrival says',
  'marker-early': 'a close marker from before the deadline, by the brokers\' clock (instants in ms)',
  'not-frozen': 'some shards of the ledger have a close marker, others have none',
  'store-behind': 'the store has not folded what is in the ledger, and does not move',
  'store-ahead': 'the store has folded more than the ledger holds',
  'store-other-log': 'the store\'s last folded record is not the ledger\'s',
  'counts-differ': 'the store\'s running counts are not those of its records',
  'record-missing': 'a citizen\'s record is not in the store',
  'record-extra': 'a citizen\'s record is in the store, and not in the ledger',
  'record-changed': 'a citizen\'s record in the store is not the ledger\'s',
  'kept-total': 'a kept total is not the total of the citizen\'s records',
  'outbox-waiting': 'conflicts or adjustments wait in the store to be sent, and nobody sends them',
  'payout-missing': 'a citizen is not paid',
  'payout-extra': 'a payout that is not due',
  'payout-differs': 'a payout of another amount, or that says something else than is due',
  'payout-repeat-differs': 'one payout id with two contents',
  'payout-misplaced': 'a payout outside of its citizen\'s partition, or of another key',
  'manifest-missing': 'a shard\'s manifest is not there',
  'manifest-extra': 'a manifest of a shard that is not frozen',
  'manifest-differs': 'a manifest that says something else than its payouts',
  'manifest-repeat-differs': 'two manifests of one key',
  'adjustment-missing': 'an adjustment was not sent',
  'adjustment-extra': 'an adjustment that is not due',
  'adjustment-differs': 'an adjustment of another amount or citizen',
  'adjustment-sum': 'a citizen\'s adjustments do not sum to what all records would pay, less what was paid',
} as const;
export type DifferenceKind = keyof typeof DIFFERENCE_KINDS;

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
