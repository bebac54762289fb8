/** The packed table of cards against a Map, whatever is set and however alike the cards are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CardHistory } from '../../programme/holding.ts';
import { CardTable, CARD_BYTES } from '../../stores/memory/card-table.ts';

/** Cards that differ in one place, so that they meet in the table if anything can make them. */
const card = fc.tuple(fc.constantFrom(0, 3, 4, 31), fc.nat(40)).map(([place, byte]) => {
  const bytes = Buffer.alloc(CARD_BYTES);
  bytes[place] = byte;
  return bytes;
});
const history: fc.Arbitrary<CardHistory> = fc.array(
  fc.record({ fromMs: fc.integer({ min: -1e12, max: 2e12 }), citizenId: fc.option(fc.constantFrom('a', 'b')) }), { maxLength: 3 },
);
const settings = fc.array(fc.tuple(card, history), { maxLength: 600 });

function agree(make: () => Pick<CardTable, 'get' | 'set'>): fc.IProperty<unknown> {
  return fc.property(settings, fc.array(card), (sets, asked) => {
    const table = make();
    const model = new Map<string, CardHistory>();
    for (const [bytes, value] of sets) {
      table.set(bytes, value);
      model.set(bytes.toString('hex'), value);
    }
    for (const bytes of [...asked, ...sets.map(([one]) => one)]) expect(table.get(bytes)).toEqual(model.get(bytes.toString('hex')));
  });
}

test('gives what was set last', () => { fc.assert(agree(() => new CardTable()), { numRuns: 300 }); });

test('control: a table that keeps the first switch only is found out', () => {
  class Forgetful extends CardTable {
    override set(bytes: Buffer, value: CardHistory): void { super.set(bytes, value.slice(0, 1)); }
  }
  expect(fc.check(agree(() => new Forgetful()), { numRuns: 300 }).failed).toBe(true);
});

test('a clone and its original go their own ways', () => {
  const table = new CardTable();
  const cards = Array.from({ length: 500 }, (_, i) => Buffer.alloc(CARD_BYTES, `${i}-`));
  for (const bytes of cards) table.set(bytes, [{ fromMs: 1, citizenId: 'a' }]);
  const clone = table.clone();
  for (const bytes of cards) table.set(bytes, []);
  clone.set(Buffer.alloc(CARD_BYTES, 'new'), []);
  for (const bytes of cards) {
    expect(table.get(bytes)).toEqual([]);
    expect(clone.get(bytes)).toEqual([{ fromMs: 1, citizenId: 'a' }]);
  }
  expect(table.get(Buffer.alloc(CARD_BYTES, 'new'))).toBeUndefined();
});
