/**
 * The close as it should go: what it waits for, and who decides when.
 */
import { describe, expect, test } from 'vitest';
import type { Context } from '../../processors/context.ts';
import { SimulatedClock } from '../../runtime/simulated-clock.ts';
import { Closer } from '../../service/closer.ts';
import { periodStatuses } from '../../service/periods.ts';
import { believing, hasty } from './mutants.ts';
import { FIRST, FIRST_PAYOUTS, LATE, Scenario, SECOND } from './scenario.ts';

const DAY_MS = 24 * 3_600_000;
const NOTHING_ASKED: ReadonlySet<string> = new Set();

describe('a close', () => {
  test('pays, ranks, and turns what comes later into adjustments', async () => {
    const scenario = await Scenario.prepare();
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await scenario.closeWith(await scenario.cluster.start([]), FIRST);
    await scenario.expectSoundToTheEnd();
  });

  test('with ARRIVAL=producer: when it is asked to, in the order of deadlines', async () => {
    const scenario = await Scenario.prepare('producer');
    const { close } = await scenario.cluster.start([]);
    await scenario.cluster.passTo(SECOND.deadlineMs + DAY_MS);
    expect([...await close.advance(NOTHING_ASKED)]).toEqual([['first', 'deadline'], ['second', 'earlier-period']]);
    expect([...await close.advance(new Set(['second']))]).toEqual([['first', 'deadline'], ['second', 'earlier-period']]);
    expect(await scenario.markers()).toBe(0);
    await scenario.closeWith(await scenario.cluster.start([]), FIRST);
    await scenario.expectSoundToTheEnd();
  });

  test('periods says how far it is, and what it waits for', async () => {
    const scenario = await Scenario.prepare();
    const { cluster, context } = scenario;
    const first = async (nowMs = cluster.clock.nowMs()) => (await periodStatuses(context, nowMs))[0]!;
    expect(await first(FIRST.untilMs - 1)).toMatchObject({ state: 'open', payments: 20, waitingFor: [] });
    expect(await first()).toMatchObject({ state: 'in-grace', payouts: 0 });
    await cluster.passTo(FIRST.deadlineMs);
    expect(await first()).toMatchObject({ state: 'closing', waitingFor: [expect.stringContaining('the close to begin')] });
    expect((await periodStatuses(context, SECOND.deadlineMs))[1]).toMatchObject({ state: 'closing', waitingFor: ['the close of first'] });
    await scenario.closeWith(await cluster.start([]), FIRST);
    expect(await first()).toMatchObject({ state: 'closed', citizens: 9, payouts: 10, payoutCents: 25_701, waitingFor: [] });
  });
});

describe('only the broker\'s clock says when', () => {
  test('not a millisecond before the deadline', async () => {
    const { cluster } = await Scenario.prepare();
    const { close } = await cluster.start([]);
    expect([...await close.advance(NOTHING_ASKED)]).toEqual([['first', 'deadline'], ['second', 'earlier-period']]);
    await cluster.passTo(FIRST.deadlineMs);
    expect([...await close.advance(NOTHING_ASKED)]).toEqual([['first', 'freeze'], ['second', 'earlier-period']]);
  });

  test('a closer whose clock is a day ahead closes nothing early', async () => {
    const scenario = await Scenario.prepare();
    const ahead = new SimulatedClock(FIRST.deadlineMs + DAY_MS);
    const faults: Error[] = [];
    const closer = new Closer((await scenario.cluster.start([])).context, ahead, (error) => { faults.push(error); });
    const pass = async () => {
      for (let i = 0; i < 10; i++) {
        ahead.advanceTo(ahead.nowMs() + 60_000);
        // Its look is not to be waited for in any other way.
        await new Promise((resolve) => { setTimeout(resolve, 5); });
        await scenario.cluster.settle();
      }
    };
    closer.start();
    await pass();
    expect(closer.waiting.get('first')).toBe('deadline');
    expect([await scenario.markers(), await scenario.payouts()]).toEqual([0, []]);
    // Control: once the brokers' clocks are there, the same closer closes.
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await pass();
    await closer.stop();
    expect([closer.waiting.get('first'), await scenario.payouts(), faults]).toEqual([undefined, FIRST_PAYOUTS, []]);
  });

  test('a watermark that stands still, for lack of replicas, is waited for', async () => {
    const scenario = await Scenario.prepare();
    await scenario.cluster.passTo(FIRST.deadlineMs);
    let stalled = true;
    const { close } = await scenario.cluster.start([], {}, (context) => ({
      ...context, reader: {
        watermarks: async (topic) => (await context.reader.watermarks(topic)).map((marks) => (stalled && topic === 'card-transactions' ? { ...marks, stalled } : marks)),
        range: (...args) => context.reader.range(...args),
      },
    }));
    expect((await close.advance(NOTHING_ASKED)).get('first')).toBe('receipts');
    expect(await scenario.markers()).toBe(0);
    stalled = false;
    expect((await close.advance(NOTHING_ASKED)).get('first')).toBe('freeze');
  });

  test('a clock topic that does not show it stops the closer', async () => {
    const { cluster } = await Scenario.prepare();
    const { close } = await cluster.start([], {}, (context) => ({
      ...context,
      producer: { append: async (appends) => (await context.producer.append(appends)).map((appended) => ({ ...appended, appendTimeMs: null })) },
    }));
    await expect(close.advance(NOTHING_ASKED)).rejects.toMatchObject({ code: 'timestamp-type', remedy: 'stop' });
  });
});

describe('what arrived in time counts', () => {
  /** The second payment of a citizen who else has too few. */
  const IN_TIME = 'citizen-5,first,CASHBACK,2,888';
  const straggler = { citizen: 5, id: 'intime', amount: 3000, trxDate: FIRST.untilMs - 1 };

  test('qualify is paused: the close waits for it, however long', async () => {
    const scenario = await pausedQualify();
    const { cluster } = scenario;
    const closer = await cluster.start([]);
    for (let i = 0; i < 5; i++) {
      await cluster.passTo(FIRST.deadlineMs + i * DAY_MS);
      expect((await closer.close.advance(NOTHING_ASKED)).get('first')).toBe('receipts');
    }
    expect(await scenario.markers()).toBe(0);
    expect((await periodStatuses(scenario.context, cluster.clock.nowMs()))[0]!.waitingFor).toEqual(['qualify: 1 card transactions are not qualified yet']);
    await cluster.start(['qualify']);
    await scenario.closeWith(closer, FIRST);
    expect(await scenario.payouts()).toContain(IN_TIME);
    await scenario.expectSound(FIRST);
  });

  test('control: a closer that takes the receipts for complete leaves it out', async () => {
    const scenario = await pausedQualify();
    const { cluster } = scenario;
    await cluster.passTo(FIRST.deadlineMs);
    await scenario.closeWith(await cluster.start([], {}, believing), FIRST);
    await cluster.start(['qualify']);
    await cluster.settle();
    expect(await scenario.payouts()).not.toContain(IN_TIME);
    // It is counted nevertheless: alarmed, and an adjustment.
    expect(cluster.alarms).toEqual(['on time, but folded after the close']);
    expect(await scenario.adjustments()).toEqual(['citizen-5,first,888']);
  });

  test('an acquirer publishes at any moment of the close', async () => {
    const { calls } = await publishedDuring(1000, (context) => context);
    expect(calls).toBeGreaterThan(40);
    const counted: boolean[] = [];
    for (let call = 1; call <= calls; call++) counted.push((await publishedDuring(call, (context) => context)).inTime);
    // Only what came before the deadline, which is the first look's matter.
    expect([counted[0], counted.at(-1)]).toEqual([true, false]);
  });

  test('control: watermarks that are read before the clock leave it out', async () => {
    const outcomes: unknown[] = [];
    for (let call = 1; call <= 10; call++) outcomes.push(await publishedDuring(call, hasty).then(() => 'sound', (error: unknown) => error));
    expect(outcomes.some((outcome) => outcome instanceof Error && outcome.message.includes('on time, but folded after the close'))).toBe(true);
  });

  async function pausedQualify(): Promise<Scenario> {
    const scenario = await Scenario.prepare();
    const { cluster, worker } = scenario;
    cluster.kill(worker);
    await cluster.start(['enrol', 'accrue']);
    await scenario.publish(straggler);
    return scenario;
  }

  /** In the last millisecond, at this call of the closer; late reversals at the next. */
  async function publishedDuring(call: number, mutate: (context: Context) => Context): Promise<{ readonly calls: number; readonly inTime: boolean }> {
    const scenario = await Scenario.prepare();
    const { cluster } = scenario;
    const closer = await cluster.start([], {
      meanwhile: async (now) => {
        if (now === call) {
          const isOpen = cluster.clock.nowMs() < FIRST.deadlineMs;
          await scenario.publish(isOpen ? straggler : LATE[0]!);
          // Qualify gets to it only after this look.
          if (isOpen) cluster.clock.advanceTo(FIRST.deadlineMs);
        }
        if (now === call + 1) await scenario.publishAll(LATE);
      },
    }, mutate);
    await scenario.closeWith(closer, FIRST);
    await scenario.publishAll(LATE);
    const inTime = (await scenario.payouts()).includes(IN_TIME);
    await scenario.expectSound(FIRST);
    expect(await scenario.payouts()).toEqual(inTime ? FIRST_PAYOUTS.toSpliced(5, 0, IN_TIME) : FIRST_PAYOUTS);
    expect(await scenario.adjustments()).toEqual(['citizen-0,first,-200', 'citizen-6,first,-1832']);
    return { calls: closer.line.calls.length, inTime };
  }
});
