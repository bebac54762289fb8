/**
 * What a member holds: its partitions, whether each is paused, and two positions of each. Pure.
 *
 * The library has no public fetch position, so we keep one beside it and hold every batch against it: a fetch from
 * elsewhere means that the library has jumped by itself, which it does without a word when an offset is out of range.
 */
export interface Held {
  readonly partition: number;
  paused: boolean;
  /** Where the listener wants to continue: all before it has been answered for. */
  asked: number;
  /** Where the library will fetch: beyond `asked` by the control records that it has skipped. */
  fetch: number;
  /** Counts `resumeAt`: one that was called while a batch was under way outweighs the batch's answer. */
  moves: number;
}

export class Assignment {
  readonly #held: ReadonlyMap<number, Held>;

  constructor(partitions: readonly number[]) {
    this.#held = new Map(partitions.map((partition) => [partition, { partition, paused: true, asked: 0, fetch: 0, moves: 0 }]));
  }

  get partitions(): readonly number[] {
    return [...this.#held.keys()];
  }

  get(partition: number): Held | undefined {
    return this.#held.get(partition);
  }
}

export function moveTo(held: Held, offset: number): void {
  held.asked = offset;
  held.fetch = offset;
  held.paused = false;
  held.moves++;
}

/** The library skipped records that are none of ours, from `first` through `last`. */
export function skipTo(held: Held, first: number, last: number): boolean {
  if (held.paused || first < held.fetch) return false;
  held.fetch = last + 1;
  return true;
}

/** The listener has answered: all before `next` is done. `lastRecord` and `lastOffset` are the batch's. */
export function answer(held: Held, next: number, lastRecord: number, lastOffset: number): void {
  held.asked = next;
  // Resolving the last record resolves the control records behind it too.
  held.fetch = next === lastRecord + 1 ? lastOffset + 1 : next;
}
