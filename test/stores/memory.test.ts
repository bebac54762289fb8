/** The suites of both stores, run by those in memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryCardIndex, cardState } from '../../stores/memory/card-index.ts';
import { MemoryCitizenTotals, ledgerState } from '../../stores/memory/citizen-totals.ts';
import { cardIndexConformance } from './card-index.conformance.ts';
import { citizenTotalsConformance } from './citizen-totals.conformance.ts';
import { folded, foldNext, PERIODS, recordsIn, stepOf } from './entries.ts';
import { SHARDS, TIME_ZONE, type Harness } from './harness.ts';
import { command, runCommands } from './totals-commands.ts';

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

describe('control: the histories find', () => {
  const shard = 0;
  type Totals = MemoryCitizenTotals;
  test.each<[string, (store: Totals) => Partial<Totals>]>([
    ['an outcome that is another', (store) => ({
      fold: async (...args) => (await store.fold(...args)).map((answer) => (
        answer.kind === 'folded' && answer.outcomes.repeat > 0 ? folded({ ...answer.outcomes, repeat: 0, duplicate: answer.outcomes.duplicate + answer.outcomes.repeat }) : answer
      )),
    })],
    ['a step folded after a refused one', (store) => ({
      fold: async (of, steps) => {
        const answers = await store.fold(of, steps);
        if (answers.at(-1)!.kind === 'refused') await store.fold(of, steps.slice(answers.length));
        return answers;
      },
    })],
    ['a review left out', (store) => ({
      fold: async (of, steps) => store.fold(of, steps.map((step) => ({ ...step, reviewed: step.reviewed ?? [] }))),
    })],
    ['a late citizen left out', (store) => ({
      late: async (...args) => {
        const late = await store.late(...args);
        return { ...late, citizens: late.citizens.filter(({ deadlinesPassed }) => deadlinesPassed < 2) };
      },
    })],
    ['a citizen settled twice', (store) => ({
      settle: async (of, expected, rank, settlements) => {
        for (const { adjustment } of settlements) if (adjustment !== null) store.state.shard(of).send(adjustment);
        return store.settle(of, expected, rank, settlements);
      },
    })],
    ['a total kept for a citizen touched since', (store) => ({
      kept: async (of, citizenId) => store.state.shard(of).kept.get(citizenId) ?? null,
    })],
    ['a side output forgotten', (store) => ({ trimOutbox: async (of, serial) => store.trimOutbox(of, serial + 1) })],
  ])('%s', async (_, fault) => {
    const faulty = fc.asyncProperty(fc.array(command, { maxLength: 14 }), async (commands) => {
      const store = new MemoryCitizenTotals({ shards: 1, keepTotals: true });
      const damaged = new Proxy(store, {
        get: (target, name) => {
          const value: unknown = Reflect.get({ ...fault(store) }, name) ?? Reflect.get(target, name);
          return typeof value === 'function' ? (value as () => unknown).bind(store) : value;
        },
      });
      await runCommands(damaged, shard, commands);
    });
    const { failed, errorInstance } = await fc.check(faulty, { numRuns: 2000, endOnFailure: true });
    expect(failed).toBe(true);
    expect(errorInstance).toMatchObject({ name: 'AssertionError' });
  });
});
