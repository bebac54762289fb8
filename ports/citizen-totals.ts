/**
 * Port: citizens' records, the fold of `citizen-ledger`. A citizen's state is the set of the citizen's records; what a
 * set comes to is programme/totals.ts's matter. The store knows only how to insert.
 *
 * Shard p is the fold of partition p. Records are packed bytes (processors/ledger-entry.ts): an entry's `id` (8 bytes)
 * and `state` (27 bytes) are stored as they are, but for `deadlinesPassed`, which is raised to the number of periods
 * frozen in the shard.
 */
import type { FoldOutcome } from '../programme/outcome.ts';
import type { Refused, Standing, Step } from './store.ts';

export interface ShardStanding extends Standing {
  /** Periods frozen in this shard, by rank: the first `frozen` of the programme's `byDeadline`. */
  readonly frozen: number;
}

/** The decisions of one ledger record. */
export interface Decisions {
  readonly sourcePartition: number;
  /** Source offset that the entries' deltas count from. */
  readonly firstOffset: number;
  readonly citizens: readonly string[];
  /** What the entries' period indices refer to. */
  readonly periods: readonly { readonly id: string; readonly rules: string; readonly rank: number }[];
  /** Packed entries, at most 256. */
  readonly entries: Buffer;
  /** What the lines' origin indices refer to: a file by its hex SHA-256 (null = none), and a schema. */
  readonly origins: readonly { readonly file: string | null; readonly schemaId: number }[];
  /** Packed lines, one an entry; or empty, when nobody noted where the entries came from. */
  readonly lines: Buffer;
}

/** Something to be sent on, kept in the shard until it is: a conflict or an adjustment. */
export interface SideOutput {
  /** Serial number in the shard, ascending from 1. */
  readonly serial: number;
  readonly output: Conflict | AdjustmentDue;
}

export interface Conflict {
  readonly kind: 'conflict';
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly arrivalMs: number;
  /** The header `source` of the record: file and line. */
  readonly source: string | null;
  readonly schemaId: number | null;
}

/** A change of what a closed period should have paid. */
export interface AdjustmentDue {
  readonly kind: 'adjustment';
  readonly citizenId: string;
  readonly periodId: string;
  /** Cents, negative = to recover, never 0. */
  readonly amountCents: number;
  readonly cause: Cause;
}

/** The source record that caused something. */
export interface Cause {
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly arrivalMs: number;
}

export interface FoldStep extends Step {
  readonly decisions: Decisions;
  /**
   * Null at first. When the answer is `review` the caller computes what the step changes in closed periods and
   * calls again with it (possibly nothing): compare-and-set makes the two one.
   */
  readonly reviewed: readonly AdjustmentDue[] | null;
}

export interface Folded {
  readonly kind: 'folded';
  /** By outcome; of a reversal's several entries only the counted one. */
  readonly outcomes: Readonly<Record<FoldOutcome, number>>;
  /** Applied records, in `outcomes` too, that had come on time for a period already frozen when folded: alarm. */
  readonly stragglers: number;
}

/** Nothing was written: the step may change what a closed period should have paid. */
export interface Review {
  readonly kind: 'review';
  /** Periods frozen, by rank, where the step begins. */
  readonly frozen: number;
  /** Sets of the citizens concerned, before the step; packed records of RECORD_BYTES each. */
  readonly sets: ReadonlyMap<string, Buffer>;
}

/** A record that passed the deadline of a period not yet frozen in the shard: to be looked at when it is. */
export interface LateCitizen {
  readonly citizenId: string;
  readonly set: Buffer;
  /** The citizen's newest such record. */
  readonly cause: Cause;
  /** Greatest deadlinesPassed of the citizen's late records. */
  readonly deadlinesPassed: number;
}

export interface Settlement {
  readonly citizenId: string;
  /** What the freeze finds due; null = nothing. */
  readonly adjustment: AdjustmentDue | null;
}

export interface SetPage {
  readonly standing: ShardStanding;
  /** `page`: in byte order of citizenId; `touched`: longest waiting first. */
  readonly citizens: readonly { readonly citizenId: string; readonly set: Buffer }[];
}

/** Running sums of a period in a shard, of payments folded before its freeze. */
export interface PeriodSums {
  readonly payments: number;
  readonly grossCents: number;
}

export interface ShardCounts {
  readonly position: number;
  readonly outcomes: Readonly<Record<FoldOutcome, number>>;
  readonly stragglers: number;
  /** By period id. */
  readonly sums: Readonly<Record<string, PeriodSums>>;
}

/** The rules that state is folded under. */
export interface PeriodRules {
  readonly id: string;
  readonly rules: string;
  readonly deadlineMs: number;
}

export interface KeptTotal {
  readonly periodId: string;
  readonly transactions: number;
  /** Cents, cap of the period applied. */
  readonly cashbackCents: number;
}

export interface CitizenTotals {
  /**
   * Checks the shard against this format, number of shards and rules, and notes the rules. A period that has payments
   * keeps its rules for ever; one without may change while its deadline, old and new, lies after all that has been
   * folded (a record's deadlinesPassed is a count of deadlines); so may a new one come.
   * @throws StoreError newer-format, other-shards, other-rules, misconfigured
   */
  claim(shard: number, periods: readonly PeriodRules[]): Promise<ShardStanding>;
  /**
   * Folds steps in order, each all or nothing; stops at the first that is not folded, whose answer is then last.
   * Of one source partition, what is not above the highest source offset folded counts as `repeat`, not `duplicate`.
   * @throws StoreError other-rules when a period of the step has state under other rules; corrupt
   */
  fold(shard: number, steps: readonly FoldStep[]): Promise<readonly (Folded | Review | Refused)[]>;
  /**
   * Late citizens not yet settled for the freeze of the period of this rank (deadlinesPassed >= rank), at most
   * `limit` in no particular order, and the position they were read at. Of a rank already frozen there are none.
   * @throws StoreError corrupt when a period before this one is not frozen
   */
  late(shard: number, rank: number, limit: number): Promise<{ readonly position: number; readonly citizens: readonly LateCitizen[] }>;
  /**
   * Part of a freeze: puts adjustments in the outbox and marks their citizens as settled for this rank (those whom no
   * greater deadline keeps leave the list). A citizen already settled is passed over, so a repeat changes nothing.
   */
  settle(
    shard: number, expected: number, rank: number, settlements: readonly Settlement[],
  ): Promise<{ readonly kind: 'settled' } | Refused>;
  /**
   * The end of a freeze: moves the position over the marker; a rank already frozen only moves the position.
   * @throws StoreError corrupt when a period before this one is not frozen, or late citizens are not settled
   */
  freeze(shard: number, step: Step, rank: number): Promise<{ readonly kind: 'frozen' } | Refused>;
  /** The citizens' sets; a citizen without records has an empty one. */
  sets(shard: number, citizens: readonly string[]): Promise<{ readonly standing: ShardStanding; readonly sets: readonly Buffer[] }>;
  /** Citizens after `after` (null = from the first) in byte order, at most `limit`, with their sets. */
  page(shard: number, after: string | null, limit: number): Promise<SetPage>;
  counts(shard: number): Promise<ShardCounts>;
  /**
   * Citizens whose total is to be told anew, longest waiting first, at most `limit`, with their sets: the kept one is older
   * than the set; or, after those, a period has been frozen since, which closes everybody's, or `keep` was refused.
   */
  touched(shard: number, limit: number): Promise<SetPage>;
  /**
   * Keeps (in place of those kept before) totals computed from what `touched` gave at position `expected`, and takes the
   * citizens off its list. Refused, it puts them on the list: the caller may have told what is older than what was told since.
   */
  keep(
    shard: number, expected: number, kept: readonly { readonly citizenId: string; readonly totals: readonly KeptTotal[] }[],
  ): Promise<{ readonly kind: 'kept' } | Refused>;
  /** The kept totals of a citizen, or null when there are none or they are older than the set. */
  kept(shard: number, citizenId: string): Promise<readonly KeptTotal[] | null>;
  /** The oldest side outputs, at most `limit`. */
  outbox(shard: number, limit: number): Promise<readonly SideOutput[]>;
  /** Forgets side outputs up to this serial number, if they are there: they have been sent. */
  trimOutbox(shard: number, throughSerial: number): Promise<void>;
}
