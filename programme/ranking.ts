/**
 * Who gets the super cashback.
 *
 * Source: contract, section 2 rule 6: among those paid, by transactions at the close descending, then time of the
 * last counted payment ascending, then citizenId ascending.
 */

export interface Ranked {
  readonly citizenId: string;
  readonly transactions: number;
  /** Milliseconds since the epoch. */
  readonly lastCountedMs: number;
}

export function compareRanked(a: Ranked, b: Ranked): number {
  return b.transactions - a.transactions || a.lastCountedMs - b.lastCountedMs || compareText(a.citizenId, b.citizenId);
}

/** The first `ranks` of those paid, best first. */
export function ranking(paid: readonly Ranked[], ranks: number): Ranked[] {
  return paid.toSorted(compareRanked).slice(0, ranks);
}

/** The same of candidates who come one by one, in any order and number: never more than twice `ranks` are held. */
export class Leaders<T extends Ranked> {
  readonly #ranks: number;
  #held: T[] = [];
  /** Whoever ranks behind is out for good; none while there are places left. */
  #last: T | undefined;

  constructor(ranks: number) {
    this.#ranks = ranks;
  }

  offer(candidate: T): void {
    if (this.#last !== undefined && compareRanked(candidate, this.#last) > 0) return;
    this.#held.push(candidate);
    if (this.#held.length >= 2 * this.#ranks) this.#settle();
  }

  /** Best first. */
  best(): readonly T[] {
    this.#settle();
    return this.#held;
  }

  #settle(): void {
    this.#held = this.#held.sort(compareRanked).slice(0, this.#ranks);
    this.#last = this.#held[this.#ranks - 1];
  }
}

/** Order of UTF-8 bytes, which for ids (ASCII) is the order of code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
