/** Part of the suite of citizens' totals: what is kept beside the sets, and whose total is to be told. */
import { describe, expect, test } from 'vitest';
import type { CitizenTotals } from '../../ports/citizen-totals.ts';
import { RECORD_BYTES } from '../../processors/ledger-entry.ts';
import { fingerprintOf, foldNext, type Entry } from './entries.ts';

const payment = (id: number, more: Partial<Entry> = {}): Entry => ({ citizen: 'A', id, offset: id, ...more });

export function keepingConformance(current: () => { store: CitizenTotals; shard: number }): void {
  describe('kept totals', () => {
    const totals = [{ periodId: 'p1', transactions: 3, cashbackCents: 4500 }, { periodId: 'a-period-of-another-name', transactions: 0, cashbackCents: 2 ** 53 - 1 }];

    test('wait for their citizens, longest first; kept ones are read until the set changes', async () => {
      const { store, shard } = current();
      await foldNext(store, shard, [payment(1, { citizen: 'z' }), payment(2, { citizen: 'y' })]);
      await foldNext(store, shard, [payment(3, { citizen: 'a' }), payment(4, { citizen: 'z' })]);
      const page = await store.touched(shard, 2);
      expect(page.citizens.map(({ citizenId, set }) => [citizenId, set.length / RECORD_BYTES])).toEqual([['z', 2], ['y', 1]]);
      expect(await store.kept(shard, 'z')).toBeNull();
      expect(await store.keep(shard, page.standing.position, [{ citizenId: 'z', totals }])).toEqual({ kind: 'kept' });
      expect(await store.kept(shard, 'z')).toEqual(totals);
      expect((await store.touched(shard, 9)).citizens.map(({ citizenId }) => citizenId)).toEqual(['y', 'a']);
      expect((await store.sets(shard, ['z'])).sets[0]!.length / RECORD_BYTES).toBe(2);

      await foldNext(store, shard, [payment(1, { citizen: 'z', offset: 70 })]);
      expect(await store.kept(shard, 'z')).toEqual(totals);
      await foldNext(store, shard, [payment(5, { citizen: 'z', offset: 71 })]);
      expect(await store.kept(shard, 'z')).toBeNull();
      expect((await store.touched(shard, 9)).citizens.map(({ citizenId }) => citizenId)).toEqual(['y', 'a', 'z']);
      await store.keep(shard, 4, [{ citizenId: 'z', totals: totals.slice(1) }]);
      expect(await store.kept(shard, 'z')).toEqual(totals.slice(1));
    });

    test('are refused when the shard has moved on', async () => {
      const { store, shard } = current();
      await foldNext(store, shard, [payment(1)]);
      const { standing } = await store.touched(shard, 1);
      await foldNext(store, shard, [payment(2)]);
      expect(await store.keep(shard, standing.position, [{ citizenId: 'A', totals }])).toEqual({ kind: 'refused', position: 2 });
      expect(await store.kept(shard, 'A')).toBeNull();
      expect((await store.touched(shard, 9)).citizens).toHaveLength(1);
    });

    test('that are refused are to be told again: the caller may have told what is older', async () => {
      const { store, shard } = current();
      await foldNext(store, shard, [payment(1)]);
      await foldNext(store, shard, [payment(2)]);
      await store.keep(shard, 2, [{ citizenId: 'A', totals }]);
      expect((await store.touched(shard, 9)).citizens).toEqual([]);
      expect(await store.keep(shard, 1, [{ citizenId: 'A', totals: totals.slice(1) }])).toEqual({ kind: 'refused', position: 2 });
      expect((await store.touched(shard, 9)).citizens).toMatchObject([{ citizenId: 'A' }]);
    });

    test('are told anew by a freeze, after those that wait for another reason; a repeated one tells nobody', async () => {
      const { store, shard } = current();
      await foldNext(store, shard, ['d', 'b', 'a', 'c'].map((citizen, i) => payment(i, { citizen })));
      await store.keep(shard, 1, ['a', 'b', 'c', 'd'].map((citizenId) => ({ citizenId, totals })));
      await store.freeze(shard, { expected: 1, next: 2, fingerprint: fingerprintOf(2) }, 1);
      const names = async (limit: number) => (await store.touched(shard, limit)).citizens.map(({ citizenId }) => citizenId);
      expect(await names(3)).toEqual(['a', 'b', 'c']);
      await foldNext(store, shard, [payment(9, { citizen: 'b', passed: 1, period: 'p2' })]);
      expect(await names(2)).toEqual(['b', 'a']);
      await store.keep(shard, 3, [{ citizenId: 'b', totals }, { citizenId: 'a', totals }]);
      expect(await names(9)).toEqual(['c', 'd']);
      await store.keep(shard, 3, [{ citizenId: 'c', totals }, { citizenId: 'd', totals }]);
      expect(await names(9)).toEqual([]);
      await store.freeze(shard, { expected: 3, next: 4, fingerprint: fingerprintOf(4) }, 1);
      expect(await names(9)).toEqual([]);
    });
  });
}
