/** What every store of citizens' totals does: run by each adapter. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CitizenTotals, FoldStep } from '../../ports/citizen-totals.ts';
import { ENTRIES_MAX, ENTRY, LINE_BYTES } from '../../processors/ledger-entry.ts';
import { closingConformance } from './closing.conformance.ts';
import { keepingConformance } from './keeping.conformance.ts';
import { fingerprintOf, folded, foldNext, PERIODS, recordOf, recordsIn, stepOf, type Entry } from './entries.ts';
import { codeOf, type Harness } from './harness.ts';
import { command, runCommands } from './totals-commands.ts';

export function citizenTotalsConformance(name: string, open: () => Promise<Harness>, runs: number): void {
  describe(`citizens' totals in ${name}`, () => {
    let harness: Harness;
    let store: CitizenTotals;
    let shard: number;
    beforeAll(async () => { harness = await open(); });
    afterAll(async () => { await harness.close(); });
    beforeEach(() => {
      store = harness.totals();
      shard = harness.freshShard();
    });
    const setOf = async (citizen: string): Promise<string[]> => recordsIn((await store.sets(shard, [citizen])).sets[0]!);
    const payment = (id: number, more: Partial<Entry> = {}): Entry => ({ citizen: 'A', id, offset: id, ...more });

    describe('a fold step', () => {
      test('moves the position, the fingerprint with it, and inserts what is new', async () => {
        expect(await store.claim(shard, PERIODS)).toEqual({ position: 0, fingerprint: null, frozen: 0 });
        expect(await store.fold(shard, [stepOf(0, [payment(1), payment(2)], { next: 17 })])).toEqual([folded({ applied: 2 })]);
        const { standing, sets } = await store.sets(shard, ['A', 'nobody']);
        expect(standing).toEqual({ position: 17, fingerprint: fingerprintOf(17), frozen: 0 });
        expect(sets.map(recordsIn)).toEqual([[payment(1), payment(2)].map((entry) => recordOf(entry).toString('hex')), []]);
        expect(await store.claim(shard, PERIODS)).toEqual(standing);
      });

      test('is refused by a position ahead, and one behind, which is said', async () => {
        await store.fold(shard, [stepOf(0, [payment(1)], { next: 5 })]);
        for (const expected of [0, 4, 6]) {
          expect(await store.fold(shard, [stepOf(expected, [payment(2)])])).toEqual([{ kind: 'refused', position: 5 }]);
        }
        expect(await setOf('A')).toHaveLength(1);
      });

      test('stops at the first refused', async () => {
        const answers = await store.fold(shard, [stepOf(0, [payment(1)]), stepOf(7, [payment(2)]), stepOf(1, [payment(3)])]);
        expect(answers).toEqual([folded({ applied: 1 }), { kind: 'refused', position: 1 }]);
      });

      test('without entries moves the position only', async () => {
        expect(await store.fold(shard, [stepOf(0, [])])).toEqual([folded({})]);
        expect((await store.page(shard, null, 10)).citizens).toEqual([]);
      });

      test('of as many entries as there may be, of one citizen and of as many', async () => {
        const all = Array.from({ length: ENTRIES_MAX }, (_, i) => i);
        expect(await store.fold(shard, [stepOf(0, all.map((i) => payment(i)))])).toEqual([folded({ applied: ENTRIES_MAX })]);
        expect(await store.fold(shard, [stepOf(1, all.map((i) => payment(i, { citizen: `c${i}` })))])).toEqual([folded({ applied: ENTRIES_MAX })]);
        expect((await store.page(shard, null, 1000)).citizens).toHaveLength(ENTRIES_MAX + 1);
      });

      test('tells a duplicate from a repeat by the source offset, for each source partition', async () => {
        await foldNext(store, shard, [payment(1, { offset: 10 })]);
        expect(await foldNext(store, shard, [payment(1, { offset: 10 })])).toEqual(folded({ repeat: 1 }));
        expect(await foldNext(store, shard, [payment(1, { offset: 11 })])).toEqual(folded({ duplicate: 1 }));
        expect(await foldNext(store, shard, [payment(1, { offset: 11 })])).toEqual(folded({ repeat: 1 }));
        expect(await foldNext(store, shard, [payment(1, { offset: 3 })], { sourcePartition: 1 })).toEqual(folded({ duplicate: 1 }));
      });

      test('counts what is new as applied, wherever it comes from, and twice in one step as duplicate', async () => {
        await foldNext(store, shard, [payment(1, { offset: 10 })]);
        expect(await foldNext(store, shard, [payment(2, { offset: 3 })])).toEqual(folded({ applied: 1 }));
        expect(await foldNext(store, shard, [payment(3, { offset: 20 }), payment(3, { offset: 21 })])).toEqual(folded({ applied: 1, duplicate: 1 }));
      });

      test('reports a conflict once, and the first stands', async () => {
        await foldNext(store, shard, [payment(1)]);
        const other = payment(1, { offset: 8, check: 8, arrivalMs: 1_606_777_200_123 });
        expect(await foldNext(store, shard, [other], { sourcePartition: 2 })).toEqual(folded({ conflict: 1 }));
        expect(await foldNext(store, shard, [other], { sourcePartition: 2 })).toEqual(folded({ repeat: 1 }));
        expect(await store.outbox(shard, 10)).toEqual([{
          serial: 1, output: { kind: 'conflict', sourcePartition: 2, sourceOffset: 8, arrivalMs: 1_606_777_200_123, source: null, schemaId: null },
        }]);
        expect(await setOf('A')).toEqual([recordOf(payment(1)).toString('hex')]);
      });

      test('says of each conflict which file, line and schema its own record is of', async () => {
        await foldNext(store, shard, [payment(1)]);
        const files = Array.from({ length: ENTRIES_MAX }, (_, i) => (i % 3 === 0 ? null : i.toString(16).padStart(64, '0')));
        const conflicts = files.map((file, i) => payment(1, { offset: 10 + i, check: 8, from: { file, line: i % 3 === 0 ? 0 : 99_999_999_999 - i, schemaId: 2 ** 31 - 1 - i } }));
        expect(await foldNext(store, shard, conflicts)).toEqual(folded({ conflict: ENTRIES_MAX }));
        expect((await store.outbox(shard, 1000)).map(({ output }) => output)).toEqual(files.map((file, i) => expect.objectContaining({
          sourceOffset: 10 + i, source: file === null ? null : `${file}:${99_999_999_999 - i}`, schemaId: 2 ** 31 - 1 - i,
        }) as unknown));
      });

      test.each<[string, (decisions: FoldStep['decisions']) => Partial<FoldStep['decisions']>]>([
        ['lines for fewer', ({ lines }) => ({ lines: lines.subarray(LINE_BYTES) })],
        ['half a line too much', ({ lines }) => ({ lines: Buffer.concat([lines, lines.subarray(0, 3)]) })],
        ['an origin not named', ({ origins }) => ({ origins: origins.slice(1) })],
        ['a card number for a file', ({ origins }) => ({ origins: origins.map((origin) => ({ ...origin, file: '4023600000000000' })) })],
        ['no schema', ({ origins }) => ({ origins: origins.map((origin) => ({ ...origin, schemaId: NaN })) })],
      ])('whose entries have %s is corrupt, and writes nothing', async (_, damage) => {
        const from = { file: 'ab12'.repeat(16), line: 1, schemaId: 1 };
        const step = stepOf(0, [payment(1, { from }), payment(2, { from })]);
        expect(await codeOf(store.fold(shard, [{ ...step, decisions: { ...step.decisions, ...damage(step.decisions) } }]))).toBe('corrupt');
        expect(await store.counts(shard)).toMatchObject({ position: 0, outcomes: { applied: 0 } });
        expect(await store.fold(shard, [step])).toEqual([folded({ applied: 2 })]);
      });

      test('counts of a reversal\'s several entries only the one that says so, and inserts all', async () => {
        const reversal = { id: 1, offset: 1, reversal: true };
        expect(await foldNext(store, shard, [{ ...reversal, citizen: 'A' }, { ...reversal, citizen: 'B', counts: false }])).toEqual(folded({ applied: 1 }));
        expect(await foldNext(store, shard, [{ ...reversal, offset: 2, citizen: 'B', counts: false, check: 9 }])).toEqual(folded({}));
        expect(await store.outbox(shard, 10)).toEqual([]);
        expect(await setOf('B')).toHaveLength(1);
      });

      test('sums payments by period, beyond 32 bits', async () => {
        const most = 99_999_999_999;
        await foldNext(store, shard, [payment(1, { amountCents: most }), payment(2, { amountCents: most }), payment(3, { period: 'p2' })]);
        await foldNext(store, shard, [payment(1, { offset: 9 }), payment(4, { reversal: true }), payment(5, { amountCents: 1 })]);
        expect(await store.counts(shard)).toEqual({
          position: 2, outcomes: { applied: 5, duplicate: 1, repeat: 0, conflict: 0 }, stragglers: 0,
          sums: { p1: { payments: 3, grossCents: 2 * most + 1 }, p2: { payments: 1, grossCents: 1000 } },
        });
      });

      test.each<[string, (bytes: Buffer) => void]>([
        ['a citizen not named', (bytes) => bytes.writeUInt16BE(2, 51 + ENTRY.citizen)],
        ['a period not named', (bytes) => { bytes[51 + ENTRY.period] = 1; }],
        ['a payment without a period', (bytes) => { bytes[51 + ENTRY.period] = 255; }],
        ['an unknown kind', (bytes) => { bytes[51 + ENTRY.record + 8] = 4; }],
        ['no arrival', (bytes) => bytes.writeDoubleBE(NaN, 51 + ENTRY.arrival)],
      ])('with %s is corrupt, and writes nothing, not even the entries before', async (_, damage) => {
        const step = stepOf(0, [payment(1), payment(2, { citizen: 'B' })]);
        damage(step.decisions.entries);
        expect(await codeOf(store.fold(shard, [step]))).toBe('corrupt');
        expect(await store.counts(shard)).toMatchObject({ position: 0, outcomes: { applied: 0 } });
        expect(await setOf('A')).toEqual([]);
        expect(await foldNext(store, shard, [payment(1)])).toEqual(folded({ applied: 1 }));
      });

      test.each<[string, (step: ReturnType<typeof stepOf>) => object]>([
        ['half an entry', ({ decisions }) => ({ decisions: { ...decisions, entries: decisions.entries.subarray(1) } })],
        ['too many entries', ({ decisions }) => ({ decisions: { ...decisions, entries: Buffer.concat(Array(ENTRIES_MAX + 1).fill(decisions.entries) as Buffer[]) } })],
        ['a position that stays', ({ expected }) => ({ next: expected })],
        ['an empty fingerprint', () => ({ fingerprint: Buffer.alloc(0) })],
        ['a citizenId that is none', ({ decisions }) => ({ decisions: { ...decisions, citizens: [''] } })],
        ['an adjustment of nothing', () => ({ reviewed: [{ kind: 'adjustment', citizenId: 'A', periodId: 'p1', amountCents: 0, cause: { sourcePartition: 0, sourceOffset: 0, arrivalMs: 0 } }] })],
      ])('with %s is corrupt', async (_, damage) => {
        const step = stepOf(0, [payment(1)]);
        expect(await codeOf(store.fold(shard, [{ ...step, ...damage(step) }]))).toBe('corrupt');
        expect((await store.counts(shard)).position).toBe(0);
      });
    });

    test('two that fold the same step: one does', async () => {
      const other = harness.totals();
      for (let position = 0; position < 10; position++) {
        const answers = (await Promise.all([store, other].map(async (one) => one.fold(shard, [stepOf(position, [payment(position)])])))).flat();
        expect(answers.map(({ kind }) => kind).sort()).toEqual(['folded', 'refused']);
      }
      expect((await store.counts(shard)).outcomes.applied).toBe(10);
    });

    test('a shard that was lost refuses, and is folded again by those who had it', async () => {
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, [payment(1), payment(2, { period: 'p2', arrivalMs: 1_500_000 })]);
      await harness.lose('ledger', shard);
      expect(await store.fold(shard, [stepOf(1, [payment(3)])])).toEqual([{ kind: 'refused', position: 0 }]);
      expect((await store.page(shard, null, 10)).citizens).toEqual([]);
      expect(await store.fold(shard, [stepOf(0, [payment(2, { period: 'p2', arrivalMs: 1_500_000 })])])).toEqual([folded({ applied: 1 })]);
      expect(await setOf('A')).toHaveLength(1);
      expect(await harness.totals().claim(shard, PERIODS)).toMatchObject({ position: 1 });
    });

    describe('reading', () => {
      test('pages in byte order, from any citizen on', async () => {
        const names = ['a', 'B', 'Z9', 'a.1', 'a:', 'a-', '0', '_'];
        await foldNext(store, shard, names.map((citizen, i) => payment(i, { citizen })));
        const inOrder = ['0', 'B', 'Z9', '_', 'a', 'a-', 'a.1', 'a:'];
        const read = async (after: string | null, limit: number): Promise<string[]> => (
          (await store.page(shard, after, limit)).citizens.map(({ citizenId }) => citizenId)
        );
        expect(await read(null, 100)).toEqual(inOrder);
        expect(await read(null, 3)).toEqual(inOrder.slice(0, 3));
        expect(await read('Z9', 2)).toEqual(['_', 'a']);
        expect(await read('a+', 1)).toEqual(['a-']);
        expect(await read('a:', 10)).toEqual([]);
      });

      test('gives sets in the order asked for, as one with where the shard stands', async () => {
        await foldNext(store, shard, [payment(1), payment(2, { citizen: 'B' })]);
        const { standing, sets } = await store.sets(shard, ['B', 'nobody', 'A', 'B']);
        expect(standing.position).toBe(1);
        expect(sets.map((set) => set.length / 35)).toEqual([1, 0, 1, 1]);
      });
    });

    keepingConformance(() => ({ store, shard }));
    closingConformance(() => ({ harness, store, shard }));

    test(`answers as the obvious model does, whatever happens (${runs} histories)`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(command, { maxLength: 14 }), async (commands) => {
        await runCommands(store, harness.freshShard(), commands);
      }), { numRuns: runs });
    });
  });
}
