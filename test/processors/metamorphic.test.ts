/**
 * What may not matter does not: the order and repetition of records, how they are split into partitions and batches,
 * which task works first, when a close comes. And what a late or straggling record changes is adjusted, to the cent.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantOf } from '../oracle/calendar.ts';
import { decide, oracle, type Decided } from '../oracle/oracle.ts';
import { readEnrolments } from '../oracle/reading.ts';
import { CONTRACT, type Rules } from '../oracle/rules.ts';
import type { Transaction, World } from '../oracle/world.ts';
import { MUTANTS } from '../replay/mutants.ts';
import { world } from '../replay/worlds.ts';
import { Pipeline, recordsOf, rowsOf, type Outcome } from './pipeline.ts';
import { calmed, carryOut, optionsOf, plan, type Plan } from './plans.ts';

/** More for a night: PIPELINE_RUNS=20000 npx vitest run test/processors/metamorphic.test.ts */
const RUNS = Number(process.env.PIPELINE_RUNS ?? 150);
const HOURS_MS = 12 * 3_600_000;
const ALL_CLOSED = '2099-01-01T00:00:00Z';

describe('order, repetition, partitions, batches and the moments of closes change nothing', () => {
  test('in any world without conflicts', async () => {
    await fc.assert(
      fc.asyncProperty(world, plan, async (world, plan) => {
        const records = calmed(recordsOf(world));
        expect(await runOf(world, plan, records)).toEqual(outcomeOf(decided(world, records)));
      }),
      { numRuns: RUNS },
    );
  }, HOURS_MS);

  test.each([
    'late reversals change what is paid', 'late only after the deadline', 'uncorrelated: strictly before',
    'correlated: the latest first', 'a reversal is for the latest holder only', 'no cap of the period',
  ])('control: %s', async (name) => {
    const rules: Rules = { ...CONTRACT, ...MUTANTS[name] };
    // Only where the rule matters, so that few runs of the pipeline are needed.
    const worlds = fc.sample(world, { seed: 7, numRuns: 300 }).filter((world) => {
      const records = calmed(recordsOf(world));
      return JSON.stringify(outcomeOf(decided(world, records))) !== JSON.stringify(outcomeOf(decided(world, records, rules)));
    }).slice(0, 3);
    expect(worlds.length).toBeGreaterThan(0);
    for (const [i, world] of worlds.entries()) {
      const records = calmed(recordsOf(world));
      const outcome = await runOf(world, fc.sample(plan, { seed: i, numRuns: 1 })[0]!, records);
      expect(outcome).toEqual(outcomeOf(decided(world, records)));
      expect(outcome).not.toEqual(outcomeOf(decided(world, records, rules)));
    }
  }, HOURS_MS);
});

test('with conflicts, only the order of the records matters', async () => {
  await fc.assert(
    fc.asyncProperty(world, plan, async (world, anyPlan) => {
      const plan = { ...anyPlan, sources: 1, strayMs: 0, repeated: 0 };
      const pipeline = await Pipeline.open(world, plan.seed, optionsOf(plan));
      for (const trx of recordsOf(world)) await pipeline.publish(trx);
      const asOfMs = instantOf(world.asOf)!;
      for (const period of pipeline.periods) if (period.deadlineMs <= asOfMs) await pipeline.engine.close(period);
      const files = oracle(world);
      expect(await pipeline.outcome()).toEqual({
        totals: rowsOf(files['totals.csv']), payouts: rowsOf(files['payouts.csv']), adjustments: rowsOf(files['adjustments.csv']),
      });
      expect(await pipeline.conflicts()).toBe(rowsOf(files['quarantine.csv']).filter((row) => row.includes(',conflict,')).length);
    }),
    { numRuns: RUNS / 2 },
  );
}, HOURS_MS);

describe('closes at any moment', () => {
  test('nothing paid changes, and adjustments make up for the rest', async () => {
    await fc.assert(fc.asyncProperty(world, plan, async (world, plan) => { await closesAnywhere(world, plan); }), { numRuns: RUNS });
  }, HOURS_MS);

  test('control: stragglers there are, and without adjustments citizens would be paid wrongly', async () => {
    const worlds = fc.sample(fc.tuple(world, plan), { seed: 3, numRuns: 60 });
    let stragglers = 0;
    let adjusted = 0;
    for (const [world, plan] of worlds) {
      const run = await closesAnywhere(world, plan);
      stragglers += run.stragglers;
      adjusted += run.outcome.adjustments.length;
    }
    expect(stragglers).toBeGreaterThan(0);
    expect(adjusted).toBeGreaterThan(0);
  }, HOURS_MS);
});

async function closesAnywhere(world: World, plan: Plan): Promise<{ outcome: Outcome; stragglers: number }> {
  const records = calmed(recordsOf(world));
  const pipeline = await Pipeline.open(world, plan.seed, optionsOf(plan));
  const paidAtCloses = await carryOut(pipeline, plan, records, { stragglers: true });
  const outcome = await pipeline.outcome();
  for (const paid of paidAtCloses) expect(outcome.payouts).toEqual(expect.arrayContaining(paid));
  expect(outcome.payouts).toEqual(paidAtCloses.at(-1));

  const paid = new Map(outcome.payouts
    .map((row) => row.split(','))
    .filter(([, , , kind]) => kind === 'CASHBACK')
    .map(([, citizenId, period, , , cents]) => [`${citizenId},${period}`, BigInt(cents!)]));
  const { wouldPay } = decided(world, records);
  const due = [...new Set([...paid.keys(), ...wouldPay.keys()])]
    .map((key) => ({ key, cents: (wouldPay.get(key) ?? 0n) - (paid.get(key) ?? 0n) }))
    .filter(({ cents }) => cents !== 0n)
    .map(({ key, cents }) => `${key},${cents}`);
  expect(outcome.adjustments.toSorted()).toEqual(due.toSorted());

  const { citizens, partitions } = pipeline.engine.context;
  let stragglers = 0;
  for (let shard = 0; shard < partitions('citizen-ledger'); shard++) stragglers += (await citizens.counts(shard)).stragglers;
  return { outcome, stragglers };
}

async function runOf(world: World, plan: Plan, records: readonly Transaction[]): Promise<Outcome> {
  const pipeline = await Pipeline.open(world, plan.seed, optionsOf(plan));
  await carryOut(pipeline, plan, records);
  const outcome = await pipeline.outcome();
  return { ...outcome, payouts: outcome.payouts.map(withoutId) };
}

/** With every period closed. */
function decided(world: World, records: readonly Transaction[], rules: Rules = CONTRACT): Decided {
  return decide(world.programme, readEnrolments(world.enrolments, rules).records, records, ALL_CLOSED, rules);
}

function outcomeOf({ totals, payouts, adjustments }: Decided): Outcome {
  return {
    totals: totals.map((row) => row.join(',')),
    payouts: payouts.map(({ citizenId, period, kind, transactions, cents }) => [citizenId, period, kind, transactions, cents].join(',')),
    adjustments: adjustments.map((row) => row.join(',')),
  };
}

function withoutId(row: string): string {
  return row.slice(row.indexOf(',') + 1);
}
