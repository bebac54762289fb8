/**
 * A fold step as a call of fold.lua, and its answer `review` as the caller knows it.
 */
import { randomBytes } from 'node:crypto';
import type { FoldStep, Review } from '../../ports/citizen-totals.ts';
import { checkFoldStep } from '../checks.ts';
import { packAdjustment } from './packing.ts';
import type { Answer, ScriptCall } from './script.ts';
import { scripts } from './scripts.ts';
import type { ShardKeys } from './shard-keys.ts';

const CHAIN_BYTES = 6;

/**
 * The calls of steps that are sent one after the other, without waiting.
 * @throws StoreError corrupt
 */
export function foldCalls(keys: ShardKeys, steps: readonly FoldStep[]): ScriptCall[] {
  const chain = randomBytes(CHAIN_BYTES).toString('base64url');
  return steps.map((step, i) => foldCall(keys, step, chain, i > 0));
}

function foldCall(keys: ShardKeys, step: FoldStep, chain: string, follows: boolean): ScriptCall {
  const bounds = checkFoldStep(step);
  const { meta, index, reversals, touched, late, lateNotes, outbox, generation, nameAt } = keys;
  const { decisions: { sourcePartition, firstOffset, citizens, periods, entries, origins, lines }, reviewed } = step;
  return scripts.fold.call(
    { meta, index, reversals, touched, late, lateNotes, outbox, citizens: citizens.map((citizenId) => keys.citizen(citizenId)) },
    {
      generation, nameAt, chain, follows: follows ? 1 : 0, expected: step.expected, next: step.next, fingerprint: step.fingerprint,
      sourcePartition: String(sourcePartition), firstOffset, highest: bounds.sourceOffset,
      arrival: entries.length === 0 ? '' : String(bounds.arrivalMs),
      periods: JSON.stringify(periods.map(({ id, rules, rank }) => [id, rules, rank])),
      reviewed: reviewed === null ? 0 : 1, entries,
      origins: JSON.stringify(origins.map(({ file, schemaId }) => [file ?? '', schemaId])), lines,
      adjustments: (reviewed ?? []).map(packAdjustment),
    },
  );
}

export function reviewOf(answer: Answer, step: FoldStep): Review {
  const list = answer.list('sets');
  const sets = new Map<string, Buffer>();
  for (let i = 0; i < list.length; i += 2) sets.set(step.decisions.citizens[Number(list[i]) - 1]!, list[i + 1]!);
  return { kind: 'review', frozen: answer.integer('frozen'), sets };
}
