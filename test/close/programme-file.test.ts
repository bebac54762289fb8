/**
 * A mistaken programme file, on the desk of whoever starts a process: it may judge nothing, drop nothing, close nothing and
 * pay nothing that the right one would not, also where the stores are empty and cannot tell.
 */
import { describe, expect, test } from 'vitest';
import type { Context } from '../../processors/context.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Programme } from '../../programme/programme.ts';
import type { PartitionRole } from '../../runtime/processors.ts';
import { blindTo, forgetful } from './mutants.ts';
import { FIRST, FIRST_PAYOUTS, PROGRAMME_FILE, Scenario, SECOND } from './scenario.ts';

const NOTHING_ASKED: ReadonlySet<string> = new Set();
const [FIRST_IN_FILE, SECOND_IN_FILE] = PROGRAMME_FILE.periods as [object, object];
/** Of a citizen who else has too few: paid with it. */
const PAYMENT = { citizen: 5, id: 'intime', amount: 3000, trxDate: FIRST.untilMs - 1 };

const MISTAKES: readonly (readonly [string, Programme])[] = [
  ['another name', changed({ programme: 'altra' })],
  ['another time zone', changed({ timeZone: 'Europe/Rome' })],
  ['another currency', changed({ currency: '840' })],
  ['another rate', changed({}, { rateBasisPoints: 2000 })],
  ['an earlier end', changed({}, { until: '2021-03-04' })],
  ['an earlier deadline', changed({}, { grace: 'PT1H' })],
  ['a period less', changed({ periods: [SECOND_IN_FILE] })],
];

describe.each(MISTAKES)('a programme file with %s', (_, programme) => {
  const mistaken = (context: Context): Context => ({ ...context, programme });

  test('judges nothing', async () => {
    const scenario = await Scenario.prepare();
    await startMistaken(scenario, ['qualify'], mistaken);
    await scenario.publish(PAYMENT);
    await expect(scenario.cluster.settle()).rejects.toMatchObject({ code: 'other-rules' });
    // The right one is found again: nothing is lost.
    endAll(scenario);
    await scenario.cluster.start();
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await scenario.closeWith(await scenario.cluster.start([]), FIRST);
    expect(await scenario.payouts()).toEqual(FIRST_PAYOUTS.toSpliced(5, 0, 'citizen-5,first,CASHBACK,2,888'));
    await scenario.expectSound(FIRST);
  });

  test('closes nothing, though the store is empty', async () => {
    const scenario = await Scenario.prepare();
    await scenario.cluster.passTo(SECOND.deadlineMs);
    endAll(scenario);
    scenario.cluster.ledger.clear();
    const { close } = await scenario.cluster.start([], {}, mistaken);
    await expect(close.advance(NOTHING_ASKED)).rejects.toMatchObject({ code: 'other-rules' });
    expect(await scenario.markers()).toBe(0);
  });

  test('pays nothing a second time, though the store is empty', async () => {
    const scenario = await Scenario.prepare();
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await scenario.closeWith(await scenario.cluster.start([]), FIRST);
    await scenario.cluster.passTo(SECOND.deadlineMs);
    endAll(scenario);
    scenario.cluster.ledger.clear();
    const { close } = await scenario.cluster.start([], {}, mistaken);
    await expect(close.advance(NOTHING_ASKED)).rejects.toThrow();
    expect(await scenario.payouts()).toEqual(FIRST_PAYOUTS);
  });
});

test('control: who does not read what receipts were judged under loses a payment for good', async () => {
  const scenario = await Scenario.prepare();
  await startMistaken(scenario, ['qualify'], (context) => forgetful({ ...context, programme: changed({}, { until: '2021-03-04' }) }));
  await scenario.publish(PAYMENT);
  await scenario.cluster.settle();
  endAll(scenario);
  await scenario.cluster.start(['enrol', 'qualify', 'accrue'], {}, forgetful);
  await scenario.cluster.passTo(FIRST.deadlineMs);
  await scenario.closeWith(await scenario.cluster.start([], {}, forgetful), FIRST);
  expect(await scenario.payouts()).toEqual(FIRST_PAYOUTS);
});

test('control: who reads neither receipts nor payouts pays twice under another name', async () => {
  const scenario = await Scenario.prepare();
  await scenario.cluster.passTo(FIRST.deadlineMs);
  await scenario.closeWith(await scenario.cluster.start([]), FIRST);
  const blind = (context: Context): Context => blindTo('payouts')(blindTo('period-closures')(forgetful(context)));
  await scenario.closeWith(await scenario.cluster.start([], {}, (context) => blind({ ...context, programme: changed({ programme: 'altra' }) })), FIRST)
    .catch(() => undefined);
  expect((await scenario.payouts()).length).toBeGreaterThan(FIRST_PAYOUTS.length);
});

test.each(['payouts', 'period-closures'])('what %s holds of another programme is enough to be paid nothing beside it', async (topic) => {
  const scenario = await Scenario.prepare();
  await scenario.cluster.passTo(FIRST.deadlineMs);
  await scenario.closeWith(await scenario.cluster.start([]), FIRST);
  const other = topic === 'payouts' ? 'period-closures' : 'payouts';
  const { close } = await scenario.cluster.start([], {}, (context) => blindTo(other)(forgetful({ ...context, programme: changed({ programme: 'altra' }) })));
  await expect(close.advance(NOTHING_ASKED)).rejects.toMatchObject({ code: 'other-payout' });
  expect(await scenario.payouts()).toEqual(FIRST_PAYOUTS);
});

test('control: who does not read it closes at a wrong deadline', async () => {
  const scenario = await Scenario.prepare();
  await scenario.cluster.passTo(FIRST.deadlineMs);
  endAll(scenario);
  scenario.cluster.ledger.clear();
  const { close } = await scenario.cluster.start([], {}, (context) => forgetful({ ...context, programme: changed({}, { grace: 'PT1H' }) }));
  await close.advance(NOTHING_ASKED);
  expect(await scenario.markers()).toBe(3);
});

test('a partition that nothing was read of is not judged under it either', async () => {
  const scenario = await Scenario.prepare();
  const { cluster, context } = scenario;
  const appends: string[] = [];
  const grown = (given: Context): Context => ({
    ...given, programme: changed({ currency: '840' }),
    producer: { append: (all) => { appends.push(...all.map(({ topic }) => topic)); return given.producer.append(all); } },
    reader: {
      watermarks: async (topic) => (await given.reader.watermarks(topic)).map((marks, partition) => (topic === 'receipts' && partition === 1 ? { start: 0, high: 0 } : marks)),
      range: (...args) => given.reader.range(...args),
    },
  });
  expect((await context.reader.watermarks('receipts')).every(({ high }) => high > 0)).toBe(true);
  const { workers: [worker] } = await startMistaken(scenario, ['qualify'], grown);
  await worker!.settled();
  expect(worker!.statuses().map(({ state }) => state)).toEqual(['STOPPED', 'STOPPED']);
  expect(appends).toEqual([]);
  await expect(cluster.settle()).rejects.toMatchObject({ code: 'other-rules' });
});

test('a period that has not begun may change, go and come', async () => {
  const scenario = await Scenario.prepare();
  const { cluster } = scenario;
  const third = { ...FIRST_IN_FILE, id: 'third', from: '2021-04-01', until: '2021-05-01' };
  for (const programme of [changed({ periods: [FIRST_IN_FILE, SECOND_IN_FILE, third] }), changed({ periods: [FIRST_IN_FILE, SECOND_IN_FILE, { ...third, until: '2021-06-01' }] }), changed({})]) {
    endAll(scenario);
    const { workers } = await cluster.start(undefined, {}, (context) => ({ ...context, programme }));
    await cluster.settle();
    expect(workers.flatMap((worker) => worker.statuses()).filter(({ state }) => state !== 'RUNNING')).toEqual([]);
  }
});

async function startMistaken(scenario: Scenario, roles: readonly PartitionRole[], mutate: (context: Context) => Context) {
  endAll(scenario);
  await scenario.cluster.start(['enrol', 'accrue']);
  return scenario.cluster.start(roles, {}, mutate);
}

/** All that have roles: the others do nothing by themselves. */
function endAll({ cluster }: Scenario): void {
  for (const process of cluster.processes) if (process.roles.length > 0) cluster.kill(process);
}

function changed(change: object, first: object = {}): Programme {
  return parseProgramme(JSON.stringify({ ...PROGRAMME_FILE, periods: [{ ...FIRST_IN_FILE, ...first }, SECOND_IN_FILE], ...change }));
}
