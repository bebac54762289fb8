import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PayoutTable } from '../../processors/payout-table.ts';
import { payoutId } from '../../programme/ids.ts';

const idOf = (n: number): string => payoutId('p', 'q', 'CASHBACK', `c${n}`);
/** Ids that fall into one slot, and whose first bytes are equal. */
const crowded = (n: number): string => `00000000${n.toString(16).padStart(24, '0')}`;

describe('a table of payouts', () => {
  test('is a map, and its digest that of the contract, for any payouts in any order', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: 700 }), fc.integer({ min: 0, max: 15e6 })), { maxLength: 900, size: 'max' }), fc.boolean(), (rows, isCrowded) => {
      const id = isCrowded ? crowded : idOf;
      const table = new PayoutTable();
      const expected = new Map<string, number>();
      for (const [n, cents] of rows) {
        if (!expected.has(id(n))) expected.set(id(n), cents);
        expect(table.add(id(n), cents)).toBe(expected.get(id(n)));
      }
      expect(table.size).toBe(expected.size);
      expect(table.sumCents).toBe([...expected.values()].reduce((sum, cents) => sum + cents, 0));
      for (let n = 0; n <= 700; n++) expect(table.get(id(n))).toBe(expected.get(id(n)));
      const lines = [...expected].map(([key, cents]) => `${key}:${cents}\n`).sort();
      expect(table.digest()).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
    }), { numRuns: 60 });
  });

  test('grows', () => {
    const table = new PayoutTable();
    for (let n = 0; n < 100_000; n++) table.add(idOf(n), n);
    expect([table.size, table.get(idOf(99_999)), table.get(idOf(100_000))]).toEqual([100_000, 99_999, undefined]);
  });

  test('refuses what is no payout id', () => {
    for (const id of ['', 'x'.repeat(32), '0'.repeat(31), '0'.repeat(34)]) expect(() => new PayoutTable().add(id, 1)).toThrow(RangeError);
  });
});
