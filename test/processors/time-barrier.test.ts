/**
 * With the broker's time (ARRIVAL=broker) a transaction is judged only once no enrolment can still change the answer:
 * never by a guess, however long enrol is down.
 */
import { describe, expect, test } from 'vitest';
import { Enrol } from '../../processors/enrol.ts';
import { cardOf, Rig } from './rig.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
const SKEW_MS = 30 * SECOND_MS;
/** In the time zone of the programme: 4 March begins here. */
const MIDNIGHT_MS = Date.parse('2021-03-04T00:00:00+01:00');
const BROKER = { arrival: 'broker', punctuateMs: SECOND_MS, skewMarginMs: SKEW_MS } as const;

describe('the barrier of a day', () => {
  test('opens twice the skew after its midnight', async () => {
    const { rig } = await running(MIDNIGHT_MS - HOUR_MS);
    await enrol(rig, 0);
    // A terminal whose clock is ahead: dated tomorrow.
    await rig.passes(55 * 60 * SECOND_MS);
    await pay(rig, 0, MIDNIGHT_MS + 60 * SECOND_MS);
    await rig.passes(MIDNIGHT_MS + 2 * SKEW_MS - rig.engine.clock.nowMs());
    expect(await outcomes(rig)).toEqual({ receipts: 0, applied: 0 });
    // The index learns of it at the next punctuation, and that the broker's clock may be ahead by the skew.
    await rig.passes(SKEW_MS + 2 * SECOND_MS);
    expect(await outcomes(rig)).toEqual({ receipts: 1, applied: 1 });
  });

  test('so an enrolment of the last minute counts on the next day', async () => {
    const { rig } = await running(MIDNIGHT_MS - 5 * 60 * SECOND_MS);
    await pay(rig, 0, MIDNIGHT_MS + 60 * SECOND_MS);
    await rig.passes(4 * 60 * SECOND_MS);
    await enrol(rig, 0);
    await rig.passes(HOUR_MS);
    expect(await outcomes(rig)).toEqual({ receipts: 1, applied: 1 });
  });

  test('control: one that arrives a minute later does not', async () => {
    const { rig } = await running(MIDNIGHT_MS - 5 * 60 * SECOND_MS);
    await pay(rig, 0, MIDNIGHT_MS + 60 * SECOND_MS);
    await rig.passes(6 * 60 * SECOND_MS);
    await enrol(rig, 0);
    await rig.passes(HOUR_MS);
    expect(await outcomes(rig)).toEqual({ receipts: 1, applied: 0 });
  });

  test('control: what is of a day long begun is judged at once', async () => {
    const { rig } = await running(MIDNIGHT_MS + 12 * HOUR_MS);
    await rig.passes(2 * SECOND_MS);
    await pay(rig, 0, MIDNIGHT_MS + 11 * HOUR_MS);
    await rig.passes(0);
    expect(await outcomes(rig)).toEqual({ receipts: 1, applied: 0 });
  });
});

test('while the high watermark stands still, for lack of replicas, the index is complete through nothing new', async () => {
  const { context } = (await Rig.open({ arrival: 'broker' })).engine;
  let stalled = true;
  const enrol = new Enrol({
    ...context, reader: {
      watermarks: async (topic) => (await context.reader.watermarks(topic)).map((marks) => (stalled ? { ...marks, stalled } : marks)),
      range: (...args) => context.reader.range(...args),
    },
  });
  const completeThroughMs = async () => (await context.cards.lookup([cardOf(0)], () => 0)).shards.get(0)!.completeThroughMs;
  await enrol.claim(0);
  expect(await enrol.punctuate(0, 0)).toBe(0);
  expect(await completeThroughMs()).toBe(-Infinity);
  stalled = false;
  await enrol.punctuate(0, 0);
  expect(await completeThroughMs()).toBeGreaterThan(-Infinity);
});

describe('while enrol is down', () => {
  test('qualify waits, visibly, and guesses nothing; then all is judged as if it had been there', async () => {
    const { rig } = await withoutEnrol();
    await pay(rig, 0, MIDNIGHT_MS + 60 * SECOND_MS);
    await rig.passes(10 * 60 * SECOND_MS);
    expect(await outcomes(rig)).toEqual({ receipts: 0, applied: 0 });
    expect(await wordsOver(rig, 2 * SECOND_MS)).toEqual(new Set([
      'WAITING: card index shard 0 is complete through 2021-03-03T22:49:33.000Z only: enrol is behind, or not running, or it is about midnight',
    ]));

    await rig.start('enrol', { punctuateMs: SECOND_MS, brokerTime: true });
    await rig.passes(3 * SECOND_MS);
    expect(rig.faults).toEqual([]);
    expect(await outcomes(rig)).toEqual({ receipts: 1, applied: 1 });
    expect(await wordsOver(rig, 2 * SECOND_MS)).toEqual(new Set(['RUNNING: null']));
  });

  test('how long the record has waited is told, also by a process that was started since', async () => {
    const { rig } = await withoutEnrol();
    const arrivalMs = rig.engine.clock.nowMs();
    await pay(rig, 0, MIDNIGHT_MS + 60 * SECOND_MS);
    await rig.passes(HOUR_MS);
    expect(qualifyStatus(rig)).toMatchObject({ state: 'WAITING', position: 0, highWatermark: 1, timestampMs: arrivalMs });
    await rig.engine.stop();
    const worker = await rig.start('qualify', { punctuateMs: SECOND_MS, brokerTime: true });
    await rig.passes(2 * SECOND_MS, [worker]);
    expect(worker.statuses()).toMatchObject([{ state: 'WAITING', position: 0, highWatermark: 1, timestampMs: arrivalMs }]);
  });

  test('with the producer\'s time, too', async () => {
    const rig = await Rig.open();
    rig.engine.log.sources().find(({ topic }) => topic === 'card-enrolments')!.kill();
    for (const citizen of [0, 1]) await rig.engine.publish('card-enrolments', 0, [rig.enrolment(citizen)]);
    await rig.engine.publish('card-transactions', 0, [rig.payment(0)]);
    await rig.passes(SECOND_MS);
    expect(await wordsOver(rig, 2 * SECOND_MS)).toEqual(new Set([
      'WAITING: card index shard 0 stands at 0 of 2: enrol is behind, or not running',
    ]));
  });

  test('what can be judged without knowing the day does not wait; what stands behind one that has to, does', async () => {
    const { rig } = await withoutEnrol();
    await rig.engine.publish('card-transactions', 0, [
      rig.payment(0, { trxDate: MIDNIGHT_MS - 60 * SECOND_MS }),
      rig.payment(0, { trxDate: MIDNIGHT_MS, currency: '840' }),
      rig.payment(0, { trxDate: MIDNIGHT_MS + HOUR_MS }),
      rig.payment(0, { trxDate: MIDNIGHT_MS }),
      rig.payment(0, { trxDate: MIDNIGHT_MS - 60 * SECOND_MS, idTrxAcquirer: 'behind' }),
    ]);
    await rig.passes(10 * 60 * SECOND_MS);
    expect(qualifyStatus(rig)).toMatchObject({ state: 'WAITING', position: 3 });
  });
});

/** Enrol has died ten minutes before midnight; an enrolment has come since. Now it is five minutes past. */
async function withoutEnrol(): Promise<{ rig: Rig }> {
  const { rig } = await running(MIDNIGHT_MS - 10 * 60 * SECOND_MS);
  await rig.passes(2 * SECOND_MS);
  rig.engine.log.sources().find(({ topic }) => topic === 'card-enrolments')!.kill();
  await enrol(rig, 0);
  await rig.passes(MIDNIGHT_MS + 5 * 60 * SECOND_MS - rig.engine.clock.nowMs());
  return { rig };
}

/** All that is said of qualify meanwhile. */
async function wordsOver(rig: Rig, ms: number): Promise<Set<string>> {
  const words = new Set<string>();
  for (let passed = 0; passed < ms; passed += 100) {
    await rig.passes(100);
    const { state, reason } = qualifyStatus(rig)!;
    words.add(`${state}: ${reason}`);
  }
  return words;
}

/** A system in broker's time, all of whose workers run by the clock. */
async function running(startMs: number): Promise<{ rig: Rig }> {
  const rig = await Rig.open({ ...BROKER, startMs });
  await rig.passes(SECOND_MS);
  return { rig };
}

async function enrol(rig: Rig, citizen: number): Promise<void> {
  await rig.engine.publish('card-enrolments', 0, [rig.enrolment(citizen, rig.engine.clock.nowMs())]);
}

async function pay(rig: Rig, citizen: number, trxDate: number): Promise<void> {
  await rig.engine.publish('card-transactions', 0, [rig.payment(citizen, { trxDate, hashPan: cardOf(citizen), idTrxAcquirer: `${trxDate}` })]);
}

async function outcomes(rig: Rig): Promise<{ receipts: number; applied: number }> {
  const { outcomes: { applied } } = await rig.engine.context.citizens.counts(0);
  return { receipts: (await rig.records('receipts')).length, applied };
}

function qualifyStatus(rig: Rig) {
  return rig.engine.statuses().find(({ topic }) => topic === 'card-transactions');
}
