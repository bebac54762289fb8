/**
 * States by shard, made when first asked for, with copies to go back to: the memory stores' database.
 */
export interface Cloneable<T> {
  clone(): T;
}

export class ShardedState<T extends Cloneable<T>> {
  readonly #create: () => T;
  #byShard = new Map<number, T>();

  constructor(create: () => T) {
    this.#create = create;
  }

  shard(shard: number): T {
    let state = this.#byShard.get(shard);
    if (state === undefined) {
      state = this.#create();
      this.#byShard.set(shard, state);
    }
    return state;
  }

  /** A copy of all shards as they are now: what `restore` takes. */
  snapshot(): ReadonlyMap<number, T> {
    return new Map([...this.#byShard].map(([shard, state]) => [shard, state.clone()]));
  }

  /** Goes back to a copy, which may be used again. */
  restore(snapshot: ReadonlyMap<number, T>): void {
    this.#byShard = new Map([...snapshot].map(([shard, state]) => [shard, state.clone()]));
  }

  /** Forgets one shard. */
  forget(shard: number): void {
    this.#byShard.delete(shard);
  }

  clear(): void {
    this.#byShard.clear();
  }
}
