/** Part of the suite of citizens' totals: rules, freezes, reviews, side outputs. */
import { describe, expect, test } from 'vitest';
import type { AdjustmentDue, CitizenTotals } from '../../ports/citizen-totals.ts';
import { fingerprintOf, folded, foldNext, freezeNext, PERIODS, recordOf, recordsIn, stepOf, type Entry } from './entries.ts';
import { codeOf, SHARDS, type Harness } from './harness.ts';

const [P1, P2] = PERIODS;
const payment = (id: number, more: Partial<Entry> = {}): Entry => ({ citizen: 'A', id, offset: id, ...more });
const adjustment = (citizenId: string, amountCents = -150): AdjustmentDue => ({
  kind: 'adjustment', citizenId, periodId: 'p1', amountCents, cause: { sourcePartition: 1, sourceOffset: 9, arrivalMs: 1_200_000 },
});

export function closingConformance(current: () => { harness: Harness; store: CitizenTotals; shard: number }): void {
  describe('a claim', () => {
    test('refuses another number of shards, once something is folded', async () => {
      const { harness, store, shard } = current();
      const other = harness.totals({ shards: SHARDS / 2 });
      await store.claim(shard, PERIODS);
      await other.claim(shard, PERIODS);
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, []);
      expect(await codeOf(other.claim(shard, PERIODS))).toBe('other-shards');
      expect(await store.claim(shard, PERIODS)).toMatchObject({ position: 1 });
    });

    test('refuses other rules for a period that has payments, and only for that', async () => {
      const { store, shard } = current();
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, [payment(1)]);
      expect(await codeOf(store.claim(shard, [{ ...P1, rules: 'others' }, P2]))).toBe('other-rules');
      expect(await codeOf(store.claim(shard, [P2]))).toBe('other-rules');
      await store.claim(shard, [P1, { ...P2, rules: 'others' }]);
      await store.claim(shard, [P1]);
      await store.claim(shard, PERIODS);
    });

    test('lets deadlines change only after all that has been folded', async () => {
      const { store, shard } = current();
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, [payment(1, { reversal: true, arrivalMs: 1_500_000 })]);
      const third = { id: 'p3', rules: 'rules-of-p3', deadlineMs: 1_500_000 };
      expect(await codeOf(store.claim(shard, [...PERIODS, third]))).toBe('other-rules');
      expect(await codeOf(store.claim(shard, [{ ...P1, deadlineMs: 3_000_000 }, P2]))).toBe('other-rules');
      expect(await codeOf(store.claim(shard, [P1, { ...P2, deadlineMs: 1_400_000 }]))).toBe('other-rules');
      expect(await codeOf(store.claim(shard, [P2]))).toBe('other-rules');
      await store.claim(shard, [P1, { ...P2, deadlineMs: 1_500_001 }, { ...third, deadlineMs: 1_500_002 }]);
    });

    test('keeps the deadlines of frozen periods, though nothing has come since', async () => {
      const { store, shard } = current();
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, [payment(1)]);
      await freezeNext(store, shard, 1);
      expect(await codeOf(store.claim(shard, [...PERIODS, { id: 'p0', rules: 'r', deadlineMs: 900_000 }]))).toBe('other-rules');
      await store.claim(shard, [...PERIODS, { id: 'p0', rules: 'r', deadlineMs: 1_000_001 }]);
    });

    test('changes nothing at position 0', async () => {
      const { store, shard } = current();
      await store.claim(shard, [{ ...P1, deadlineMs: 1 }]);
      await store.claim(shard, PERIODS);
    });
  });

  test('a step under other rules than those that payments were folded under is refused whole', async () => {
    const { store, shard } = current();
    await foldNext(store, shard, [payment(1)]);
    const step = stepOf(1, [payment(2), payment(3, { period: 'p2' })]);
    const decisions = { ...step.decisions, periods: step.decisions.periods.map((period) => ({ ...period, rules: 'others' })) };
    expect(await codeOf(store.fold(shard, [{ ...step, decisions }]))).toBe('other-rules');
    expect(await store.counts(shard)).toMatchObject({ position: 1, outcomes: { applied: 1 } });
  });

  describe('a freeze', () => {
    test('comes in order of ranks; again it only moves the position', async () => {
      const { store, shard } = current();
      const freeze = async (expected: number, rank: number): ReturnType<CitizenTotals['freeze']> => (
        store.freeze(shard, { expected, next: expected + 1, fingerprint: fingerprintOf(expected + 1) }, rank)
      );
      expect(await codeOf(freeze(0, 2))).toBe('corrupt');
      expect(await codeOf(store.late(shard, 2, 10))).toBe('corrupt');
      expect(await freeze(0, 1)).toEqual({ kind: 'frozen' });
      expect(await freeze(0, 1)).toEqual({ kind: 'refused', position: 1 });
      expect(await freeze(1, 1)).toEqual({ kind: 'frozen' });
      expect((await store.sets(shard, [])).standing).toEqual({ position: 2, fingerprint: fingerprintOf(2), frozen: 1 });
    });

    test('raises the deadlines passed of what comes after it, and counts stragglers', async () => {
      const { store, shard } = current();
      await freezeNext(store, shard, 1);
      const [straggler, next] = [payment(1), payment(2, { passed: 1, period: 'p2' })];
      expect((await foldNext(store, shard, [straggler, next])).kind).toBe('review');
      expect(await foldNext(store, shard, [straggler, next], { reviewed: [] })).toEqual(folded({ applied: 2 }, 1));
      expect(recordsIn((await store.sets(shard, ['A'])).sets[0]!)).toEqual([recordOf(straggler, 1), recordOf(next, 1)].map((record) => record.toString('hex')).sort());
      // The straggler is not in the sums of its period.
      expect(await store.counts(shard)).toMatchObject({ stragglers: 1, sums: { p2: { payments: 1 } } });
      expect((await store.counts(shard)).sums).not.toHaveProperty('p1');
    });

    test('takes the citizens of late records first, each once', async () => {
      const { store, shard } = current();
      await foldNext(store, shard, [
        payment(1), payment(2, { citizen: 'B', passed: 1, period: 'p2', arrivalMs: 1_100_000 }),
        payment(3, { citizen: 'C', reversal: true, passed: 2, arrivalMs: 2_100_000, offset: 2 ** 32 - 1 }),
      ], { sourcePartition: 7 });
      await foldNext(store, shard, [payment(4, { citizen: 'B', reversal: true, passed: 1, arrivalMs: 1_200_000, counts: false })]);
      const late = await store.late(shard, 1, 10);
      const byName = [...late.citizens].sort((a, b) => (a.citizenId < b.citizenId ? -1 : 1));
      expect(late.position).toBe(2);
      expect(byName.map(({ set, ...rest }) => ({ ...rest, records: recordsIn(set).length }))).toEqual([
        { citizenId: 'B', records: 2, deadlinesPassed: 1, cause: { sourcePartition: 0, sourceOffset: 4, arrivalMs: 1_200_000 } },
        { citizenId: 'C', records: 1, deadlinesPassed: 2, cause: { sourcePartition: 7, sourceOffset: 2 ** 32 - 1, arrivalMs: 2_100_000 } },
      ]);
      expect((await store.late(shard, 1, 1)).citizens).toHaveLength(1);
      expect(await codeOf(store.freeze(shard, { expected: 2, next: 3, fingerprint: fingerprintOf(3) }, 1))).toBe('corrupt');

      const settle = async (citizenId: string): ReturnType<CitizenTotals['settle']> => store.settle(shard, 2, 1, [{ citizenId, adjustment: adjustment(citizenId) }]);
      expect(await settle('B')).toEqual({ kind: 'settled' });
      expect(await settle('B')).toEqual({ kind: 'settled' });
      expect(await store.settle(shard, 1, 1, [{ citizenId: 'C', adjustment: adjustment('C') }])).toEqual({ kind: 'refused', position: 2 });
      expect((await store.late(shard, 1, 10)).citizens.map(({ citizenId }) => citizenId)).toEqual(['C']);
      await settle('C');
      expect((await store.late(shard, 1, 10)).citizens).toEqual([]);
      expect((await store.outbox(shard, 10)).map(({ serial, output }) => [serial, output])).toEqual([[1, adjustment('B')], [2, adjustment('C')]]);

      await freezeNext(store, shard, 1);
      expect((await store.late(shard, 1, 10)).citizens).toEqual([]);
      // C's reversal came after the second deadline too.
      expect((await store.late(shard, 2, 10)).citizens.map(({ citizenId }) => citizenId)).toEqual(['C']);
    });
  });

  describe('once a period is frozen', () => {
    test.each<[string, Entry[], string[]]>([
      ['a reversal', [payment(9, { reversal: true, passed: 1 })], ['A']],
      ['a reversal that does not count', [payment(9, { reversal: true, passed: 1, counts: false })], ['A']],
      ['a payment with the link of a reversal that is held', [payment(9, { citizen: 'R', link: 3, passed: 1, period: 'p2' })], ['R']],
      ['a payment with another link, by its first byte', [payment(9, { citizen: 'R', link: 0, passed: 1, period: 'p2' })], []],
      ['a payment with another link, by its last byte', [payment(9, { citizen: 'R', link: 7, passed: 1, period: 'p2' })], []],
      ['a payment with the link of another citizen\'s reversal', [payment(9, { citizen: 'N', link: 3, passed: 1, period: 'p2' })], []],
      ['a payment beside a reversal', [payment(9, { citizen: 'N', passed: 1, period: 'p2' }), payment(10, { citizen: 'N', reversal: true, passed: 1 })], ['N']],
      ['a payment of the frozen period', [payment(9)], ['A']],
      ['a payment of who holds none', [payment(9, { passed: 1, period: 'p2' })], []],
      ['what is there already', [payment(1, { offset: 99 }), payment(2, { citizen: 'R', link: 3, reversal: true, offset: 99 })], []],
    ])('%s: is reviewed where it may change what was paid', async (_, entries, reviewed) => {
      const { store, shard } = current();
      await foldNext(store, shard, [payment(1), payment(2, { citizen: 'R', link: 3, reversal: true })]);
      await freezeNext(store, shard, 1);
      const before = await store.page(shard, null, 10);
      const answer = await foldNext(store, shard, entries);
      if (reviewed.length === 0) {
        expect(answer.kind).toBe('folded');
        return;
      }
      const sets = new Map(before.citizens.map(({ citizenId, set }) => [citizenId, recordsIn(set)]));
      if (answer.kind !== 'review') expect.unreachable(answer.kind);
      expect([...answer.sets].map(([id, set]) => [id, recordsIn(set)])).toEqual(reviewed.map((id) => [id, sets.get(id) ?? []]));
      expect(await store.page(shard, null, 10)).toEqual(before);

      const outputs = [adjustment('A'), adjustment('R', 300)];
      expect((await foldNext(store, shard, entries, { reviewed: outputs })).kind).toBe('folded');
      expect((await store.outbox(shard, 10)).map(({ output }) => output)).toEqual(outputs);
    });

    test('a review that comes too late is refused, and nothing is sent', async () => {
      const { store, shard } = current();
      await freezeNext(store, shard, 1);
      const step = stepOf(1, [payment(1)], { reviewed: [adjustment('A')] });
      expect(await store.fold(shard, [step])).toEqual([folded({ applied: 1 }, 1)]);
      expect(await store.fold(shard, [step])).toEqual([{ kind: 'refused', position: 2 }]);
      expect(await store.outbox(shard, 10)).toHaveLength(1);
    });
  });

  test('the outbox keeps its order, and numbers go on after it was emptied', async () => {
    const { store, shard } = current();
    await foldNext(store, shard, [payment(1), payment(2)]);
    await foldNext(store, shard, [payment(2, { offset: 12, check: 1 }), payment(1, { offset: 11, check: 1 })], { reviewed: [adjustment('A')] });
    const kinds = async (): Promise<unknown[]> => (await store.outbox(shard, 10)).map(({ serial, output }) => [serial, output.kind === 'conflict' ? output.sourceOffset : output.kind]);
    expect(await kinds()).toEqual([[1, 12], [2, 11], [3, 'adjustment']]);
    expect(await store.outbox(shard, 1)).toHaveLength(1);
    await store.trimOutbox(shard, 2);
    await store.trimOutbox(shard, 1);
    expect(await kinds()).toEqual([[3, 'adjustment']]);
    await store.trimOutbox(shard, 99);
    await foldNext(store, shard, [payment(1, { offset: 13, check: 1 })]);
    expect(await kinds()).toEqual([[4, 13]]);
  });
}
