/**
 * Whatever goes wrong on the way (answers lost, half of a request done, a store that falls back, members taken for dead,
 * a second process), the outcome is that of an undisturbed run, and the sums still add up.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onTimeTotals } from '../../programme/totals.ts';
import { recordsOf as setRecords } from '../../processors/ledger-entry.ts';
import { assertAddsUp, processedFigures, summarise } from '../../reports/figures.ts';
import { Random } from '../../runtime/random.ts';
import { decide, type Decided } from '../oracle/oracle.ts';
import { readEnrolments } from '../oracle/reading.ts';
import { CONTRACT } from '../oracle/rules.ts';
import type { Transaction, World } from '../oracle/world.ts';
import { world } from '../replay/worlds.ts';
import { Pipeline, recordsOf } from './pipeline.ts';
import { calmed, carryOut, optionsOf, plan, type Plan } from './plans.ts';
import { Troubles, type Happened, type Rates } from './troubles.ts';

/** More for a night: PIPELINE_RUNS=20000 npx vitest run test/processors/troubles.test.ts */
const RUNS = Number(process.env.PIPELINE_RUNS ?? 100);
const HOURS_MS = 12 * 3_600_000;
const ALL_CLOSED = '2099-01-01T00:00:00Z';

interface Run {
  readonly pipeline: Pipeline;
  readonly happened: Happened;
  readonly decided: Decided;
}

const rates: fc.Arbitrary<Rates & { readonly processes: number }> = fc.record({
  append: fc.constantFrom(0, 0.1, 0.5), rollback: fc.constantFrom(0, 0.1, 0.3), expulsion: fc.constantFrom(0, 0.1), processes: fc.constantFrom(1, 2),
});

describe('faults heal', () => {
  test('totals, payouts and adjustments are as without them, and every record is counted once', async () => {
    const all: Happened = { appends: 0, rollbacks: 0, expulsions: 0 };
    await fc.assert(fc.asyncProperty(world, plan, rates, async (world, plan, rates) => {
      const run = await troubled(world, plan, rates);
      await checkOutcome(run);
      await checkFigures(run);
      await checkKept(run);
      for (const kind of Object.keys(all) as (keyof Happened)[]) all[kind] += run.happened[kind];
    }), { numRuns: RUNS });
    // A control: without troubles it would prove nothing.
    for (const kind of Object.keys(all) as (keyof Happened)[]) expect(all[kind]).toBeGreaterThan(RUNS / 10);
  }, HOURS_MS);
});

async function troubled(world: World, plan: Plan, rates: Rates & { readonly processes: number }): Promise<Run> {
  const pipeline = await Pipeline.open(world, plan.seed, { ...optionsOf(plan), punctuateMs: 1000, keepTotals: true });
  const troubles = new Troubles(pipeline.engine, Random.of(plan.seed, 'troubles'), rates);
  if (rates.processes > 1) await troubles.addProcess();
  // In one source partition records keep their order, so conflicts are decided as the oracle does.
  const records: Transaction[] = plan.sources === 1 && plan.strayMs === 0 ? recordsOf(world) : calmed(recordsOf(world));
  const decided = decide(world.programme, readEnrolments(world.enrolments, CONTRACT).records, records, ALL_CLOSED);
  await carryOut(pipeline, plan.strayMs === 0 ? { ...plan, repeated: 0 } : plan, records);
  await troubles.heal();
  return { pipeline, happened: troubles.happened, decided };
}

async function checkOutcome({ pipeline, decided }: Run): Promise<void> {
  const { totals, payouts, adjustments } = await pipeline.outcome();
  expect(totals).toEqual(decided.totals.map((row) => row.join(',')));
  expect(payouts.map((row) => row.slice(33))).toEqual(decided.payouts
    .map(({ citizenId, period, kind, transactions, cents }) => [citizenId, period, kind, transactions, cents].join(',')));
  expect(adjustments).toEqual(decided.adjustments.map((row) => row.join(',')));
}

/** Conservation. */
async function checkFigures({ pipeline: { engine: { context } } }: Run): Promise<void> {
  const processed = await processedFigures(context);
  const summary = summarise(
    { filesRead: 0, filesRefused: 0, malformedEnrolments: 0, malformedTransactions: 0, transactionLines: processed.read,
      enrolmentLines: Object.values(processed.enrolments).reduce((sum, count) => sum + count, 0) },
    processed, { count: 0, amountCents: 0 },
  );
  const refused = summary.enrolments.quarantined + Object.values(summary.transactions.quarantined).reduce((sum, count) => sum + count, 0);
  assertAddsUp(summary, processed, refused);
}

/** What readers are shown is what the records come to. */
async function checkKept({ pipeline: { engine: { context } } }: Run): Promise<void> {
  const { citizens, partitions, programme, reader, serdes, topic } = context;
  const newest = new Map<string, string>();
  for (const [partition, { start, high }] of (await reader.watermarks(topic('citizen-totals'))).entries()) {
    for await (const records of reader.range(topic('citizen-totals'), partition, start, high)) {
      for (const { key, value } of records) {
        const { transactions, cashback } = serdes.total.decode(value);
        newest.set(String(key), `${transactions},${cashback}`);
      }
    }
  }
  for (let shard = 0; shard < partitions('citizen-ledger'); shard++) {
    for (const { citizenId, set } of (await citizens.page(shard, null, 1000)).citizens) {
      const totals = onTimeTotals(setRecords(set), programme);
      expect(await citizens.kept(shard, citizenId) ?? []).toEqual(totals
        .map(({ period, transactions, cashbackCents }) => ({ periodId: period.id, transactions, cashbackCents })));
      for (const { period, transactions, cashbackCents } of totals) {
        expect(newest.get(`${citizenId}/${period.id}`)).toBe(`${transactions},${cashbackCents}`);
      }
    }
  }
}
