/** The suites of both stores, run by those in memory. */
import { expect, test } from 'vitest';
import { MemoryCardIndex, cardState } from '../../stores/memory/card-index.ts';
import { MemoryCitizenTotals, ledgerState } from '../../stores/memory/citizen-totals.ts';
import { cardIndexConformance } from './card-index.conformance.ts';
import { citizenTotalsConformance } from './citizen-totals.conformance.ts';
import { folded, foldNext, PERIODS, recordsIn, stepOf } from './entries.ts';
import { SHARDS, TIME_ZONE, type Harness } from './harness.ts';

async function open(): Promise<Harness> {
  const ledger = ledgerState();
  const cards = cardState();
  let shard = 0;
  return {
    totals: ({ shards = SHARDS } = {}) => new MemoryCitizenTotals({ shards, keepTotals: true }, ledger),
    cards: ({ shards = SHARDS, timeZone = TIME_ZONE } = {}) => new MemoryCardIndex({ shards, timeZone }, cards),
    lose: async (kind, lost) => { (kind === 'ledger' ? ledger : cards).forget(lost); },
    freshShard: () => shard++,
    close: async () => undefined,
  };
}

citizenTotalsConformance('memory', open, 400);
cardIndexConformance('memory', open, 100);

test('goes back to a copy, as often as wanted, and folds on from there', async () => {
  const store = new MemoryCitizenTotals({ shards: 1, keepTotals: true });
  await store.claim(0, PERIODS);
  await foldNext(store, 0, [{ citizen: 'A', id: 1, offset: 1 }]);
  const copy = store.state.snapshot();
  for (let i = 0; i < 2; i++) {
    expect(await foldNext(store, 0, [{ citizen: 'A', id: 2, offset: 2 }, { citizen: 'B', id: 3, offset: 3 }])).toEqual(folded({ applied: 2 }));
    store.state.restore(copy);
    expect(await store.fold(0, [stepOf(2, [])])).toEqual([{ kind: 'refused', position: 1 }]);
    expect((await store.page(0, null, 9)).citizens.map(({ citizenId, set }) => [citizenId, recordsIn(set).length])).toEqual([['A', 1]]);
  }
});

test('without kept totals there is no list of citizens that only grows', async () => {
  const store = new MemoryCitizenTotals({ shards: 1 });
  await foldNext(store, 0, [{ citizen: 'A', id: 1, offset: 1 }]);
  expect((await store.touched(0, 9)).citizens).toEqual([]);
  expect(await store.kept(0, 'A')).toBeNull();
});

test('finds each of 100,000 records of one citizen, and of many, across chunks', async () => {
  const store = new MemoryCitizenTotals({ shards: 1 });
  const batch = (from: number, citizen: (i: number) => string): Parameters<typeof stepOf>[1] => (
    Array.from({ length: 250 }, (_, i) => ({ citizen: citizen(i), id: from + i, offset: from + i }))
  );
  let position = 0;
  for (let from = 0; from < 100_000; from += 250) {
    await store.fold(0, [stepOf(position++, batch(from, () => 'busy')), stepOf(position++, batch(from, (i) => `c${i}`))]);
  }
  expect((await store.counts(0)).outcomes).toEqual({ applied: 200_000, duplicate: 0, repeat: 0, conflict: 0 });
  expect(new Set(recordsIn((await store.sets(0, ['busy'])).sets[0]!)).size).toBe(100_000);
  expect(await store.fold(0, [stepOf(position, batch(0, () => 'busy'))])).toEqual([folded({ repeat: 250 })]);
});
