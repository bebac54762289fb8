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

/** Order of UTF-8 bytes, which for ids (ASCII) is the order of code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
