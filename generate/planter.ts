/**
 * Where rare things go: each kind about once in `1 / share` opportunities, at a place that chance picks.
 *
 * Stratified, not independent draws: opportunities are counted off in blocks of `1 / share`, and each block gets the
 * kind once, somewhere inside. So a kind of 1 in 1,000 surely occurs in 2,000 opportunities, and about as often as its
 * share says, in a small data set too.
 */
import type { Random } from '../runtime/random.ts';

interface Kind {
  readonly block: number;
  /** Opportunities seen of the current block. */
  seen: number;
  /** The opportunity of this block that gets it. */
  slot: number;
  /** Due, but another kind had the opportunity. */
  pending: number;
}

export class Planter<K extends string> {
  /** How often each kind was planted. */
  readonly planted: Record<K, number>;
  readonly #random: Random;
  readonly #kinds: ReadonlyMap<K, Kind>;

  /** @param shares per kind: at most 1, above 0 */
  constructor(random: Random, shares: Readonly<Record<K, number>>) {
    const names = Object.keys(shares) as K[];
    this.#random = random;
    this.#kinds = new Map(names.map((name) => {
      const block = Math.max(1, Math.round(1 / shares[name]));
      return [name, { block, seen: 0, slot: random.below(block), pending: 0 }];
    }));
    this.planted = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  }

  /** The kind to plant at this opportunity, if one is due; only those for which it is one are counted on. */
  next(eligible: readonly K[]): K | undefined {
    let due: K | undefined;
    for (const name of eligible) {
      const kind = this.#kinds.get(name)!;
      if (kind.seen === kind.slot) kind.pending++;
      kind.seen++;
      if (kind.seen === kind.block) {
        kind.seen = 0;
        kind.slot = this.#random.below(kind.block);
      }
      if (due === undefined && kind.pending > 0) due = name;
    }
    if (due === undefined) return undefined;
    this.#kinds.get(due)!.pending--;
    this.planted[due]++;
    return due;
  }
}
