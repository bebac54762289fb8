/** Random histories of a shard: each command is run on a store and on the obvious model, and all answers compared. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { AdjustmentDue, CitizenTotals, SetPage } from '../../ports/citizen-totals.ts';
import { fingerprintOf, PERIODS, recordsIn, stepOf, type Entry } from './entries.ts';
import { TotalsModel } from './totals-model.ts';

const CITIZENS = ['A', 'B.c-1', 'b'];
const MANY = 1000;

const entry: fc.Arbitrary<Entry> = fc.record({
  citizen: fc.constantFrom(...CITIZENS),
  id: fc.nat(5),
  offset: fc.nat(12),
  reversal: fc.boolean(),
  period: fc.constantFrom('p1', 'p2'),
  counts: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  arrivalMs: fc.integer({ min: 0, max: 3_000_000 }),
  passed: fc.nat(2),
  amountCents: fc.integer({ min: 0, max: 99_999_999_999 }),
  link: fc.constantFrom(1, 1, 5),
  check: fc.constantFrom(7, 7, 7, 8),
  from: fc.record({
    file: fc.constantFrom(null, 'ab12'.repeat(16), '00ff'.repeat(16)),
    line: fc.constantFrom(0, 1, 65_536, 99_999_999_999),
    schemaId: fc.constantFrom(1, 2 ** 31 - 1),
  }),
});

export const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({
    kind: fc.constant('fold' as const),
    steps: fc.array(fc.array(entry, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    noted: fc.boolean(), gap: fc.integer({ min: 1, max: 3 }), sourcePartition: fc.nat(1),
    adjust: fc.boolean(), misplacedBy: fc.constantFrom(0, 0, 0, 0, -1, 1),
  }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('freeze' as const), again: fc.boolean(), adjust: fc.boolean(), breakOff: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('keep' as const), limit: fc.nat(3), misplacedBy: fc.constantFrom(0, 0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), serials: fc.nat(3) }) },
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

export async function runCommands(store: CitizenTotals, shard: number, commands: readonly Command[]): Promise<void> {
  const model = new TotalsModel();
  await store.claim(shard, PERIODS);
  for (const step of commands) {
    if (step.kind === 'fold') await runFold(store, shard, model, step);
    else if (step.kind === 'freeze') await runFreeze(store, shard, model, step);
    else if (step.kind === 'keep') await runKeep(store, shard, model, step);
    else {
      const through = (model.outbox()[0]?.serial ?? 1) + step.serials - 1;
      model.trim(through);
      await store.trimOutbox(shard, through);
    }
    await compareState(store, shard, model);
  }
}

type Of<Kind> = Extract<Command, { kind: Kind }>;

async function runFold(store: CitizenTotals, shard: number, model: TotalsModel, { steps, noted, gap, sourcePartition, adjust, misplacedBy }: Of<'fold'>): Promise<void> {
  let expected = Math.max(0, model.position + misplacedBy);
  const folds = steps.map((entries) => {
    const step = { expected, next: expected + gap, entries: entries.map(({ from, ...one }): Entry => (noted ? { ...one, from: from! } : one)) };
    expected = step.next;
    return step;
  });
  const wanted = [];
  for (const step of folds) {
    wanted.push(model.fold(step.expected, step.next, sourcePartition, step.entries, null));
    if (wanted.at(-1)!.kind !== 'folded') break;
  }
  const answers = await store.fold(shard, folds.map((step) => stepOf(step.expected, step.entries, { next: step.next, sourcePartition })));
  expect(answers.map(comparable)).toEqual(wanted.map(comparable));
  const last = answers.at(-1)!;
  if (last.kind !== 'review') return;
  const step = folds[answers.length - 1]!;
  const reviewed = adjust ? [...last.sets.keys()].sort().map((citizen) => adjustmentOf(citizen, 'p1')) : [];
  const again = await store.fold(shard, [stepOf(step.expected, step.entries, { next: step.next, sourcePartition, reviewed })]);
  expect(again).toEqual([model.fold(step.expected, step.next, sourcePartition, step.entries, reviewed)]);
}

async function runFreeze(store: CitizenTotals, shard: number, model: TotalsModel, { again, adjust, breakOff }: Of<'freeze'>): Promise<void> {
  const rank = again ? model.frozen() : model.frozen() + 1;
  if (rank === 0 || rank > PERIODS.length) return;
  const wanted = model.late(rank);
  const found = [];
  for (;;) {
    const { position, citizens } = await store.late(shard, rank, 2);
    if (citizens.length === 0) break;
    for (const { citizenId, set, ...note } of citizens) {
      expect(recordsIn(set)).toEqual(recordsIn(model.setOf(citizenId)));
      found.push({ citizenId, ...note });
    }
    const settlements = citizens.map(({ citizenId }) => ({ citizenId, adjustment: adjust ? adjustmentOf(citizenId, `p${rank}`) : null }));
    expect(await store.settle(shard, position, rank, settlements)).toEqual({ kind: 'settled' });
    // Again, as after a lost answer.
    expect(await store.settle(shard, position, rank, settlements)).toEqual({ kind: 'settled' });
    model.settle(rank, settlements);
  }
  const byName = (a: { citizenId: string }, b: { citizenId: string }): number => (a.citizenId < b.citizenId ? -1 : 1);
  expect(found.sort(byName)).toEqual(wanted);
  if (breakOff) return;
  const next = model.position + 1;
  expect(await store.freeze(shard, { expected: model.position, next, fingerprint: fingerprintOf(next) }, rank)).toEqual({ kind: 'frozen' });
  model.freeze(next, rank);
}

async function runKeep(store: CitizenTotals, shard: number, model: TotalsModel, { limit, misplacedBy }: Of<'keep'>): Promise<void> {
  const { standing, citizens } = await store.touched(shard, limit);
  expect(citizens.map(({ citizenId }) => citizenId)).toEqual(model.touched().slice(0, limit));
  const totals = [{ periodId: 'p1', transactions: model.position, cashbackCents: 2 ** 53 - 1 }, { periodId: 'p2', transactions: 0, cashbackCents: 0 }];
  const answer = await store.keep(shard, standing.position + misplacedBy, citizens.map(({ citizenId }) => ({ citizenId, totals })));
  expect(answer).toEqual(misplacedBy === 0 ? { kind: 'kept' } : { kind: 'refused', position: model.position });
  if (misplacedBy !== 0) {
    for (const { citizenId } of citizens) model.refuseToKeep(citizenId);
    return;
  }
  for (const { citizenId } of citizens) {
    model.keep(citizenId);
    expect(await store.kept(shard, citizenId)).toEqual(totals);
  }
}

async function compareState(store: CitizenTotals, shard: number, model: TotalsModel): Promise<void> {
  const { position, ...counts } = await store.counts(shard);
  expect(position).toBe(model.position);
  expect(counts).toEqual(model.counts());
  const standing = { position, fingerprint: position === 0 ? null : fingerprintOf(position), frozen: model.frozen() };
  expect(comparablePage(await store.page(shard, null, MANY))).toEqual({
    standing, citizens: model.citizens().map((citizenId) => ({ citizenId, set: recordsIn(model.setOf(citizenId)) })),
  });
  const touched = model.touched();
  expect((await store.touched(shard, MANY)).citizens.map(({ citizenId }) => citizenId)).toEqual(touched);
  for (const citizenId of touched) expect(await store.kept(shard, citizenId)).toBeNull();
  expect(await store.outbox(shard, MANY)).toEqual(model.outbox());
}

function comparable<T extends { kind: string }>(answer: T): unknown {
  if (!('sets' in answer)) return answer;
  return { ...answer, sets: new Map([...answer.sets as Map<string, Buffer>].map(([id, set]) => [id, recordsIn(set)])) };
}

function comparablePage({ standing, citizens }: SetPage): unknown {
  return { standing, citizens: citizens.map(({ citizenId, set }) => ({ citizenId, set: recordsIn(set) })) };
}

function adjustmentOf(citizenId: string, periodId: string): AdjustmentDue {
  return { kind: 'adjustment', citizenId, periodId, amountCents: -150, cause: { sourcePartition: 3, sourceOffset: 2 ** 40, arrivalMs: 1_600_000_000_000 } };
}
