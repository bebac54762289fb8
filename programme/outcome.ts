/**
 * Everything that can become of a record, as closed lists.
 *
 * Source: contract, sections 2, 4 and 6. These words are exact: they stand in files, topics and metrics.
 */

export const DROP_REASONS = ['online', 'not-enrolled', 'outside-period', 'late'] as const;
/** A record that is right, but does not count. */
export type DropReason = (typeof DROP_REASONS)[number];

export const TRANSACTION_QUARANTINE_REASONS = ['undecodable', 'malformed', 'currency', 'future', 'conflict'] as const;
export const ENROLMENT_QUARANTINE_REASONS = [
  'undecodable', 'malformed', 'misplaced', 'future', 'card-taken', 'not-holder',
] as const;
/** A record that somebody must look at. */
export type QuarantineReason =
  | (typeof TRANSACTION_QUARANTINE_REASONS)[number]
  | (typeof ENROLMENT_QUARANTINE_REASONS)[number];

/** What becomes of a decision in the citizen's ledger. */
export const FOLD_OUTCOMES = ['applied', 'duplicate', 'repeat', 'conflict'] as const;
export type FoldOutcome = (typeof FOLD_OUTCOMES)[number];

/** A record's `at` or `trxDate` may lie this far after its arrival: clocks of terminals differ. */
export const FUTURE_TOLERANCE_MS = 10 * 60 * 1000;
