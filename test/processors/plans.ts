/** Ways for the same records to come through the pipeline: what may differ between two runs of it, drawn at random. */
import fc from 'fast-check';
import type { EmbeddedOptions } from '../../embedded/engine.ts';
import { Random } from '../../runtime/random.ts';
import { CONTRACT } from '../oracle/rules.ts';
import type { Transaction } from '../oracle/world.ts';
import type { Pipeline } from './pipeline.ts';

export interface Plan {
  readonly seed: number;
  readonly ledgers: number;
  readonly cards: number;
  readonly sources: number;
  readonly batchRecordsMax: number;
  /** How far records stray from the order of arrival. */
  readonly strayMs: number;
  /** The part of the records that come again. */
  readonly repeated: number;
  /** The part of the records after which all that can be done is done. */
  readonly drained: number;
  /** By period: how many records more, at most, come before its close. */
  readonly hesitation: number;
}

const DAY_MS = 86_400_000;

export const plan: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  ledgers: fc.constantFrom(1, 3, 7),
  cards: fc.constantFrom(1, 5),
  sources: fc.constantFrom(1, 3),
  batchRecordsMax: fc.constantFrom(1, 2, 7, 4096),
  strayMs: fc.constantFrom(0, DAY_MS, 5 * DAY_MS, 1e15),
  repeated: fc.constantFrom(0, 0.2, 1),
  drained: fc.constantFrom(0, 0.1, 1),
  hesitation: fc.constantFrom(0, 3, 100),
});

export function optionsOf({ ledgers, cards, sources, batchRecordsMax }: Plan): Partial<EmbeddedOptions> {
  return {
    batchRecordsMax,
    partitions: {
      'citizen-ledger': ledgers, payouts: ledgers, 'citizen-totals': ledgers, 'card-enrolments': cards,
      'card-transactions': sources, receipts: sources,
    },
  };
}

/** The first of each identity, so that which record is in conflict, or comes again, does not hang on the order. */
export function calmed(records: readonly Transaction[]): Transaction[] {
  return [...Map.groupBy(records, CONTRACT.identity).values()].map(([first]) => first!);
}

/**
 * Publishes the records as the plan says and closes the periods in the order of deadlines: with `stragglers` at any
 * moment, otherwise once all that arrived before the deadline is there. Answers what was paid at each close.
 */
export async function carryOut(
  pipeline: Pipeline, plan: Plan, records: readonly Transaction[], { stragglers = false } = {},
): Promise<string[][]> {
  const random = Random.of(plan.seed, 'plan');
  const again = records.filter(() => random.chance(plan.repeated));
  const order = [...records, ...again]
    .map((trx) => ({ trx, key: trx.arrival + random.float() * plan.strayMs }))
    .sort((a, b) => a.key - b.key)
    .map(({ trx }) => trx);
  const moments = pipeline.periods.map(({ deadlineMs }) => stragglers
    ? random.below(order.length + 1)
    : order.findLastIndex((trx) => trx.arrival < deadlineMs) + 1 + random.below(plan.hesitation + 1));
  const paid: string[][] = [];
  let next = 0;
  const closeDue = async (published: number) => {
    for (; next < moments.length && moments[next]! <= published; next++) {
      await pipeline.close(pipeline.periods[next]!);
      paid.push([...(await pipeline.outcome()).payouts]);
    }
  };
  await closeDue(0);
  for (const [i, trx] of order.entries()) {
    await pipeline.publish(trx, random.below(plan.sources));
    if (random.chance(plan.drained)) await pipeline.engine.drain();
    await closeDue(i + 1);
  }
  await closeDue(Infinity);
  return paid;
}
