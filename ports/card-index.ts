/**
 * Port: the card index, the fold of `card-enrolments`: who held a card, and when.
 *
 * Card shard c is the fold of partition c. The rule (programme/holding.ts) is applied by the caller between `read` and
 * `commit`; compare-and-set on the position makes the two one.
 */
import type { CardHistory } from '../programme/holding.ts';
import type { Refused, Standing, Step } from './store.ts';

export interface CardRead {
  readonly position: number;
  /** In the order asked for; never enrolled = an empty history. */
  readonly histories: readonly CardHistory[];
}

export interface CardStep extends Step {
  /** Cards (32 bytes each) whose history changes, with the whole new history. */
  readonly changes: readonly { readonly card: Buffer; readonly history: CardHistory }[];
  /** Outcomes of the events of this step, added to the shard's counts. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface CardLookup {
  /** In the order asked for. */
  readonly histories: readonly CardHistory[];
  /** By card shard, only those asked: where its fold stood at the read, and through which arrival it is complete (-Infinity = never said). */
  readonly shards: ReadonlyMap<number, { readonly position: number; readonly completeThroughMs: number }>;
}

export interface CardIndex {
  /**
   * Checks the shard against this format, number of shards and time zone (stored at the first commit).
   * @throws StoreError newer-format, other-shards, other-rules, misconfigured
   */
  claim(shard: number): Promise<Standing>;
  read(shard: number, cards: readonly Buffer[]): Promise<CardRead>;
  /** Writes all or nothing. */
  commit(shard: number, step: CardStep): Promise<{ readonly kind: 'committed' } | Refused>;
  /** Says that every event that arrived before `throughMs` is folded; never moves backwards; ignored elsewhere. */
  complete(shard: number, expected: number, throughMs: number): Promise<{ readonly kind: 'committed' } | Refused>;
  /** One read a shard: histories and completeness belong together. `shardOf` is the partition of a card. */
  lookup(cards: readonly Buffer[], shardOf: (card: Buffer) => number): Promise<CardLookup>;
  /** Outcomes cumulated since position 0. */
  counts(shard: number): Promise<{ readonly position: number; readonly counts: Readonly<Record<string, number>> }>;
}
