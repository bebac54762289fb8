/**
 * The close under faults, at every call that the closer and accrue make: killed there, told of a fault, overtaken by
 * another closer, the store rolled back. What is paid is what an undisturbed close pays, once.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../processors/context.ts';
import { Random } from '../../runtime/random.ts';
import type { Process } from './cluster.ts';
import type { Plan } from './faults.ts';
import { believingInFrost } from './mutants.ts';
import { FIRST, FIRST_PAYOUTS, LATE, Scenario, SECOND } from './scenario.ts';

/** More for a night: CLOSE_RUNS=5000 npx vitest run test/close/kills.test.ts */
const RUNS = Number(process.env.CLOSE_RUNS ?? 40);
const HOURS_MS = 12 * 3_600_000;

/** Each step that a close has calls of: a walk that left one out would prove less. */
const CALLS_MIN = 40;

describe('the closer, at every one of its calls', () => {
  test.each(['die before', 'fail before', 'fail after'] as const)('%s: another closer, or its next look, goes on', async (fault) => {
    const calls = await callsOfCloser();
    for (let call = 1; call <= calls; call++) {
      await closed({ fault: (now) => (now === call ? fault : undefined) });
    }
  }, HOURS_MS);

  test('overtaken by another that does all of it, then it goes on where it was', async () => {
    const calls = await callsOfCloser();
    for (let call = 1; call <= calls; call++) {
      await closed({ meanwhile: async (now) => (now === call ? closeByAnother() : undefined) });
    }
  }, HOURS_MS);

  test.each(['to before the close', 'to nothing'] as const)('the store is rolled back %s, then and whenever it looks again', async (where) => {
    const calls = await callsOfCloser();
    for (let call = 1; call <= calls; call++) {
      await closed({ meanwhile: (now) => { if (now === call) rollBack(where); } });
      await closed({ meanwhile: async (now) => (now === call ? rollBackAndFold(where) : undefined) });
    }
  }, HOURS_MS);

  test('control: a closer that does not see that a shard is no longer frozen pays what is not due', async () => {
    const calls = await callsOfCloser();
    let unsound = 0;
    for (let call = 1; call <= calls; call++) {
      await closed({ meanwhile: (now) => { if (now === call) rollBack('to nothing'); } }, believingInFrost).catch(() => { unsound++; });
    }
    expect(unsound).toBeGreaterThan(0);
  }, HOURS_MS);

  let scenario: Scenario;
  let before: ReturnType<Scenario['cluster']['ledger']['snapshot']>;

  async function callsOfCloser(): Promise<number> {
    const calls = (await closed({})).line.calls.length;
    expect(calls).toBeGreaterThan(CALLS_MIN);
    return calls;
  }

  async function closed(plan: Plan, mutate?: (context: Context) => Context): Promise<Process> {
    scenario = await Scenario.prepare();
    before = scenario.cluster.ledger.snapshot();
    await scenario.cluster.passTo(FIRST.deadlineMs);
    const closer = await scenario.cluster.start([], plan, mutate);
    if (!(await scenario.closeWith(closer, FIRST))) await closeByAnother();
    await scenario.expectSoundToTheEnd();
    return closer;
  }

  async function closeByAnother(): Promise<void> {
    await scenario.closeWith(await scenario.cluster.start([]), FIRST);
  }

  function rollBack(where: 'to before the close' | 'to nothing'): void {
    if (where === 'to nothing') scenario.cluster.ledger.clear();
    else scenario.cluster.ledger.restore(before);
  }

  /** All between two calls of the closer. */
  async function rollBackAndFold(where: 'to before the close' | 'to nothing'): Promise<void> {
    rollBack(where);
    await scenario.cluster.passTo(scenario.cluster.clock.nowMs() + 2000);
  }
});

describe('accrue, at every one of its calls', () => {
  test.each(['die before', 'fail before', 'fail after'] as const)('%s: another takes its shards over, or it folds again', async (fault) => {
    const calls = (await folded({})).line.calls.length;
    expect(calls).toBeGreaterThan(CALLS_MIN);
    for (let call = 1; call <= calls; call++) {
      await folded({ fault: (now) => (now === call ? fault : undefined) });
    }
  }, HOURS_MS);

  /** Late reversals lie in the ledger before the marker, so that the freeze has to settle them. */
  async function folded(plan: Plan): Promise<Process> {
    const scenario = await Scenario.prepare();
    const { cluster } = scenario;
    cluster.kill(scenario.worker);
    await cluster.start(['enrol', 'qualify']);
    const accrue = await cluster.start(['accrue'], plan);
    await cluster.passTo(FIRST.deadlineMs);
    await scenario.publishAll(LATE);
    await cluster.settle();
    await scenario.closeWith(await cluster.start([]), FIRST);
    await scenario.expectSoundToTheEnd();
    return accrue;
  }
});

describe('several at once', () => {
  test('closers take turns in any order', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 4 }), async (seed, count) => {
      const random = Random.of(seed, 'turns');
      const scenario = await Scenario.prepare();
      const { cluster } = scenario;
      await cluster.passTo(FIRST.deadlineMs);
      const turns = new Turns();
      const closers = await Promise.all(Array.from({ length: count }, () => cluster.start([], { meanwhile: () => turns.take() })));
      await turns.deal(closers.map((closer) => closing(closer, turns)), random, () => cluster.passTo(cluster.clock.nowMs() + 2000));
      await scenario.expectSoundToTheEnd();
    }), { numRuns: RUNS });
  }, HOURS_MS);

  test('and die, are told of faults, while the store is rolled back and acquirers publish', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), async (seed) => {
      const random = Random.of(seed, 'faults');
      const scenario = await Scenario.prepare();
      const { cluster } = scenario;
      const snapshots = [cluster.ledger.snapshot()];
      const late = [...LATE];
      const turns = new Turns();
      const fault: Plan['fault'] = () => (random.chance(0.02) ? random.pick(['die before', 'die after', 'fail before', 'fail after'] as const) : undefined);
      cluster.kill(scenario.worker);
      await cluster.start(['enrol', 'qualify'], { fault });
      await cluster.start(['accrue'], { fault });
      await cluster.passTo(FIRST.deadlineMs);
      const closers = await Promise.all([1, 2, 3].map(() => cluster.start([], { meanwhile: () => turns.take(), fault })));
      await turns.deal(closers.map((closer) => closing(closer, turns)), random, async () => {
        if (random.chance(0.3)) snapshots.push(cluster.ledger.snapshot());
        if (random.chance(0.2)) cluster.ledger.restore(random.pick(snapshots));
        if (random.chance(0.2) && late.length > 0) await scenario.publish(late.shift()!);
        await cluster.passTo(cluster.clock.nowMs() + 2000);
      });
      await scenario.closeWith(await cluster.start([]), FIRST);
      expect(await scenario.payouts()).toEqual(FIRST_PAYOUTS);
      await scenario.publishAll(late);
      await cluster.passTo(cluster.clock.nowMs() + 10_000);
      await scenario.expectSoundToTheEnd();
      expect(SECOND.deadlineMs).toBeLessThanOrEqual(cluster.clock.nowMs());
    }), { numRuns: RUNS });
  }, HOURS_MS);
});

/** Calls wait until it is their turn, which chance deals out. */
class Turns {
  readonly #waiting: (() => void)[] = [];

  take(): Promise<void> {
    return new Promise((resolve) => { this.#waiting.push(resolve); });
  }

  /** Until all work is done; `between` two turns, now and then. */
  async deal(work: readonly Promise<void>[], random: Random, between: () => Promise<void>): Promise<void> {
    let isOver = false;
    const over = Promise.all(work).finally(() => { isOver = true; });
    while (!isOver) {
      // What the last turn set going comes to its next call.
      await new Promise((resolve) => { setImmediate(resolve); });
      if (random.chance(0.1)) await between();
      this.#waiting.splice(random.below(Math.max(1, this.#waiting.length)), 1)[0]?.();
    }
    await over;
  }
}

/** Looks again and again, a turn between two looks; ends also by dying. */
async function closing({ close, line }: Process, turns: Turns): Promise<void> {
  for (;;) {
    const waiting = await Promise.race([line.died, close.advance(new Set()).catch((error: unknown) => {
      if (error instanceof Error && 'remedy' in error && error.remedy === 'retry') return 'retry' as const;
      throw error;
    })]);
    if (waiting === 'died' || (waiting !== 'retry' && !waiting.has(FIRST.id))) return;
    await turns.take();
  }
}
