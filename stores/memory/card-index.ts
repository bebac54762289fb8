/**
 * The card index in memory: the store of `replay`, and of simulated runs.
 *
 * Histories are immutable.
 */
import type { CardIndex, CardLookup, CardRead, CardStep } from '../../ports/card-index.ts';
import { StoreError, type Refused, type Standing } from '../../ports/store.ts';
import { NEVER_ENROLLED } from '../../programme/holding.ts';
import { checkCardStep, checkThrough } from '../checks.ts';
import { CardTable } from './card-table.ts';
import { ShardedState } from './sharded-state.ts';

export interface CardIndexOptions {
  /** Number of card shards: card-enrolments' partitions. */
  readonly shards: number;
  /** IANA name: histories are switches at its midnights. */
  readonly timeZone: string;
}

class CardShard {
  position = 0;
  fingerprint: Buffer | null = null;
  /** As at the first commit; null before. */
  madeWith: CardIndexOptions | null = null;
  completeThroughMs = -Infinity;
  histories = new CardTable();
  counts: Record<string, number> = {};

  clone(): CardShard {
    return Object.assign(new CardShard(), this, { histories: this.histories.clone(), counts: { ...this.counts } });
  }
}

export class MemoryCardIndex implements CardIndex {
  readonly #options: CardIndexOptions;
  readonly state: ShardedState<CardShard>;

  constructor(options: CardIndexOptions, state = cardState()) {
    this.#options = options;
    this.state = state;
  }

  async claim(shard: number): Promise<Standing> {
    const { position, fingerprint, madeWith } = this.state.shard(shard);
    if (madeWith !== null && madeWith.shards !== this.#options.shards) {
      throw new StoreError('other-shards', `card shard ${shard} was made as one of ${madeWith.shards}, not ${this.#options.shards}`);
    }
    if (madeWith !== null && madeWith.timeZone !== this.#options.timeZone) {
      throw new StoreError('other-rules', `card shard ${shard} was made in ${madeWith.timeZone}, not ${this.#options.timeZone}`);
    }
    return { position, fingerprint };
  }

  async read(shard: number, cards: readonly Buffer[]): Promise<CardRead> {
    const { position, histories } = this.state.shard(shard);
    return { position, histories: cards.map((card) => histories.get(card) ?? NEVER_ENROLLED) };
  }

  async commit(shard: number, step: CardStep): Promise<{ readonly kind: 'committed' } | Refused> {
    const state = this.state.shard(shard);
    checkCardStep(step);
    if (step.expected !== state.position) return { kind: 'refused', position: state.position };
    for (const { card, history } of step.changes) state.histories.set(card, history);
    for (const [outcome, count] of Object.entries(step.counts)) state.counts[outcome] = (state.counts[outcome] ?? 0) + count;
    state.madeWith ??= this.#options;
    state.position = step.next;
    state.fingerprint = step.fingerprint;
    return { kind: 'committed' };
  }

  async complete(shard: number, expected: number, throughMs: number): Promise<{ readonly kind: 'committed' } | Refused> {
    const state = this.state.shard(shard);
    checkThrough(throughMs);
    if (expected !== state.position) return { kind: 'refused', position: state.position };
    state.completeThroughMs = Math.max(state.completeThroughMs, throughMs);
    return { kind: 'committed' };
  }

  async lookup(cards: readonly Buffer[], shardOf: (card: Buffer) => number): Promise<CardLookup> {
    const states: (CardShard | undefined)[] = [];
    const histories = cards.map((card) => {
      const shard = shardOf(card);
      const state = (states[shard] ??= this.state.shard(shard));
      return state.histories.get(card) ?? NEVER_ENROLLED;
    });
    const shards = new Map<number, { readonly position: number; readonly completeThroughMs: number }>();
    states.forEach((state, shard) => {
      if (state !== undefined) shards.set(shard, { position: state.position, completeThroughMs: state.completeThroughMs });
    });
    return { histories, shards };
  }

  async counts(shard: number): Promise<{ position: number; counts: Readonly<Record<string, number>> }> {
    const { position, counts } = this.state.shard(shard);
    return { position, counts: { ...counts } };
  }
}

export function cardState(): ShardedState<CardShard> {
  return new ShardedState(() => new CardShard());
}
