/**
 * What must hold once the faults are over, whatever they were: lag is 0 again, periods close, the answer is that of
 * `replay`, nothing is lost between the numbers, and `verify` finds no difference.
 */
import { expect } from 'vitest';
import { ENTRY, ENTRY_BYTES } from '../../processors/ledger-entry.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { FOLD_OUTCOMES, type FoldOutcome } from '../../programme/outcome.ts';
import { processedFigures } from '../../reports/figures.ts';
import { differencesBetween } from '../e2e/answer.ts';
import type { DataSet } from '../e2e/data-set.ts';
import type { System } from '../e2e/system.ts';

const HEAL_MS_MAX = 120_000;

/** How much was done twice, and after how long all was done. */
export interface Figures {
  readonly healMs: number;
  /** Records applied beyond what there is: after a rollback, all that it took. 0 where processes have died, and their counts. */
  readonly foldedAgain: number;
  readonly outcomes: Readonly<Record<FoldOutcome, number>>;
}

/** Everything has been published, and the faults are over. */
export async function expectHealed(system: System, dataSet: DataSet): Promise<Figures> {
  const figures = await expectFolded(system);
  for (const { id } of dataSet.programme.periods) await system.command(['close', id]);
  await system.untilFolded(HEAL_MS_MAX);
  await expectSameAnswer(system, dataSet);
  return figures;
}

export async function expectFolded(system: System): Promise<Figures> {
  const sinceMs = performance.now();
  await system.untilFolded(HEAL_MS_MAX);
  const healMs = Math.round(performance.now() - sinceMs);
  await system.untilIdle(HEAL_MS_MAX);
  const outcomes = await expectConserved(system);
  const applied = await system.metric('tornaconto_records_total', { role: 'accrue', outcome: 'applied' });
  return { healMs, foldedAgain: Math.max(0, applied - outcomes.applied), outcomes };
}

export async function expectSameAnswer(system: System, dataSet: DataSet): Promise<void> {
  expect(differencesBetween(dataSet.expected, await system.answer())).toEqual([]);
  for (const { id } of dataSet.programme.periods) await system.command(['verify', id]);
}

/** read = qualified + dropped + quarantined; what the ledger holds = applied + duplicate + repeat + conflict. */
async function expectConserved(system: System): Promise<Record<FoldOutcome, number>> {
  const context = await system.context();
  const { read, qualified, dropped, quarantined } = await processedFigures(context);
  expect(read).toBe(qualified + sum(dropped) + sum(quarantined));
  const outcomes = Object.fromEntries(FOLD_OUTCOMES.map((outcome) => [outcome, 0])) as Record<FoldOutcome, number>;
  for (let shard = 0; shard < context.partitions('citizen-ledger'); shard++) {
    const counts = await context.citizens.counts(shard);
    for (const outcome of FOLD_OUTCOMES) outcomes[outcome] += counts.outcomes[outcome];
    expect(counts.stragglers).toBe(0);
  }
  expect(qualified).toBe(outcomes.applied + outcomes.duplicate + outcomes.conflict);
  let counted = 0;
  for await (const { value: { entries } } of topicValues(context, 'citizen-ledger', context.serdes.ledger)) {
    for (let at = 0; at < entries.length; at += ENTRY_BYTES) counted += entries[at + ENTRY.counts]!;
  }
  expect(counted).toBe(sum(outcomes));
  return outcomes;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
