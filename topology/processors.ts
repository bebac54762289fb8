/**
 * The processors and their stores: what each reads, from where, what it waits for, and what it writes.
 *
 * As in Kafka Streams and goka, a topology describes and a task executes: one task a partition of a processor's
 * source. Pure data; validate.ts says what a sound graph is.
 */
import type { Role } from './names.ts';

/** A store is the fold of one topic: shard p of it is the fold of partition p, and carries the position it reflects. */
export interface StoreSpec {
  readonly holds: string;
  readonly foldOf: string;
}

export type Edge =
  /** The topic whose partitions are the tasks. */
  | { readonly kind: 'source'; readonly topic: string; readonly readFrom: string }
  /** The store that the processor alone writes, in the same step as the position; `coPartitioned` with its source. */
  | { readonly kind: 'state'; readonly store: string; readonly coPartitioned: true }
  /** A read of what others write, across partitions: pure only because it waits. */
  | ({ readonly kind: 'lookup'; readonly coPartitioned: false; readonly readFrom: string; readonly blocksUntil: string }
    & ({ readonly store: string } | { readonly topic: string }))
  /** An append whose acknowledgement tells the broker's time; nobody reads the record. */
  | { readonly kind: 'tick'; readonly topic: string }
  | {
    readonly kind: 'sink'; readonly topic: string; readonly partition: SinkPartition;
    /** What is there is read before anything is sent again. */
    readonly readBack?: true;
    /** Set on the edge that closes a cycle of the graph: what keeps it from turning for ever. */
    readonly loop?: string;
  };

/** Of the same number as the source's; the citizen's shard; by the key; the only one; each. */
export type SinkPartition = 'co-partitioned' | 'shard' | 'key' | 'only' | 'each';

export interface ProcessorSpec {
  readonly does: string;
  /** For a processor without a source: when it acts. */
  readonly punctuator?: string;
  readonly edges: readonly Edge[];
}

export const STORES = {
  'card-index': { holds: 'who held a card, when', foldOf: 'card-enrolments' },
  'citizen-totals': { holds: 'the records of each citizen, and the totals kept beside them', foldOf: 'citizen-ledger' },
} as const satisfies Readonly<Record<string, StoreSpec>>;

export const PROCESSORS = {
  enrol: {
    does: 'keeps who held a card, and when',
    edges: [
      { kind: 'source', topic: 'card-enrolments', readFrom: 'the position in card-index' },
      { kind: 'state', store: 'card-index', coPartitioned: true },
      { kind: 'tick', topic: 'clock' },
      { kind: 'sink', topic: 'quarantine', partition: 'key' },
    ],
  },
  qualify: {
    does: 'judges: whose, which period, how many cents',
    edges: [
      { kind: 'source', topic: 'card-transactions', readFrom: 'the end of the newest receipt' },
      {
        kind: 'lookup', store: 'card-index', coPartitioned: false, readFrom: 'the shards of the cards',
        blocksUntil: 'the index is complete through 00:00 of the day of the transaction',
      },
      { kind: 'sink', topic: 'citizen-ledger', partition: 'shard' },
      { kind: 'sink', topic: 'receipts', partition: 'co-partitioned', readBack: true },
      { kind: 'sink', topic: 'quarantine', partition: 'key' },
    ],
  },
  accrue: {
    does: 'folds: what is new, what a reversal reverses',
    edges: [
      { kind: 'source', topic: 'citizen-ledger', readFrom: 'the position in citizen-totals' },
      { kind: 'state', store: 'citizen-totals', coPartitioned: true },
      { kind: 'sink', topic: 'citizen-totals', partition: 'co-partitioned' },
      { kind: 'sink', topic: 'adjustments', partition: 'key' },
      { kind: 'sink', topic: 'quarantine', partition: 'key' },
    ],
  },
  close: {
    does: 'freezes a period, then pays it',
    punctuator: 'each deadline, in order, once the time of the broker is CLOSE_MARGIN past it',
    edges: [
      { kind: 'tick', topic: 'clock' },
      {
        kind: 'lookup', topic: 'card-transactions', coPartitioned: false, readFrom: 'the high watermarks',
        blocksUntil: 'the time of the broker is CLOSE_MARGIN past the deadline',
      },
      {
        kind: 'lookup', topic: 'receipts', coPartitioned: false, readFrom: 'the newest of each partition',
        blocksUntil: 'they have reached the high watermarks',
      },
      { kind: 'sink', topic: 'citizen-ledger', partition: 'each', loop: 'one marker a period, and no marker makes another' },
      {
        kind: 'lookup', store: 'citizen-totals', coPartitioned: false, readFrom: 'every shard, in the order of citizens',
        blocksUntil: 'every shard has folded the marker',
      },
      { kind: 'sink', topic: 'payouts', partition: 'shard', readBack: true },
      { kind: 'sink', topic: 'period-closures', partition: 'only', readBack: true },
    ],
  },
} as const satisfies Readonly<Record<Role, ProcessorSpec>>;
