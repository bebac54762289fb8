import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText, Leaders, ranking, type Ranked } from '../../programme/ranking.ts';
import { breaks, holds } from './property.ts';

/** Ids in the alphabet of the contract, where upper case sorts before `_` before lower case. */
const citizen = fc.record({
  citizenId: fc.string({ unit: fc.constantFrom(...'AZaz09._:-'), minLength: 1, maxLength: 3 }), transactions: fc.nat(3), lastCountedMs: fc.nat(3),
});
const citizens = fc.uniqueArray(citizen, { selector: ({ citizenId }) => citizenId, maxLength: 12 });

/** In words: b comes before a. */
const isAhead = (b: Ranked, a: Ranked): boolean => b.transactions > a.transactions
  || (b.transactions === a.transactions && b.lastCountedMs < a.lastCountedMs)
  || (b.transactions === a.transactions && b.lastCountedMs === a.lastCountedMs && Buffer.compare(Buffer.from(b.citizenId), Buffer.from(a.citizenId)) < 0);

describe('ranking', () => {
  const asCounted = (rank: typeof ranking) => fc.property(citizens, fc.nat(14), (all, ranks) => {
    const expected = all.map((one) => ({ one, ahead: all.filter((other) => isAhead(other, one)).length }))
      .filter(({ ahead }) => ahead < ranks).sort((a, b) => a.ahead - b.ahead).map(({ one }) => one);
    expect(rank(all, ranks)).toEqual(expected);
  });
  it('gives the prize to those who have fewer than so many ahead', () => { holds(asCounted(ranking), 2000); });
  it('control: an order by the locale\'s alphabet is found out', () => {
    breaks(asCounted((all, ranks) => all.toSorted((a, b) =>
      b.transactions - a.transactions || a.lastCountedMs - b.lastCountedMs || a.citizenId.localeCompare(b.citizenId)).slice(0, ranks)));
  });

  it('comes to the same for candidates one by one', () => {
    holds(asCounted((all, ranks) => {
      const leaders = new Leaders(ranks);
      for (const one of all) leaders.offer(one);
      return [...leaders.best()];
    }), 2000);
  });
  it('control: to look only at as many as are held is found out', () => {
    breaks(asCounted((all, ranks) => ranking(all.slice(0, 2 * ranks), ranks)));
  });

  it('decides by transactions, then by who was there first, then by id', () => {
    const one = (citizenId: string, transactions: number, lastCountedMs: number): Ranked => ({ citizenId, transactions, lastCountedMs });
    const all = [one('d', 5, 2), one('c', 5, 1), one('b', 5, 1), one('a', 4, 0), one('e', 6, 9)];
    expect(ranking(all, 4).map(({ citizenId }) => citizenId)).toEqual(['e', 'b', 'c', 'd']);
  });

  it('does not touch its argument, and may have fewer citizens than ranks', () => {
    const all = Object.freeze([{ citizenId: 'b', transactions: 1, lastCountedMs: 0 }, { citizenId: 'a', transactions: 1, lastCountedMs: 0 }]);
    expect(ranking(all, 10)).toHaveLength(2);
    expect(ranking(all, 0)).toEqual([]);
  });
});

describe('compareText', () => {
  it('is the order of UTF-8 bytes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AZaz09._:-'), maxLength: 4 });
    holds(fc.property(text, text, (a, b) => { expect(compareText(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b))); }), 2000);
  });
});
