/**
 * Generated files, published, folded by three processes and exported: the answer is that of `replay`, to the byte.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.ts';
import { recordsOf, RECORD_BYTES } from '../../processors/ledger-entry.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { onTimeTotals } from '../../programme/totals.ts';
import { quarantinedOf } from '../../reports/rows.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { differencesBetween } from './answer.ts';
import { makeDataSet, slicesOf, type DataSet } from './data-set.ts';
import { forgetOneRecord } from './plant.ts';
import { System } from './system.ts';
import { totalsOf } from './totals-of.ts';

const FOLD_MS_MAX = 60_000;
const CITIZENS_ASKED = 20;
/** Contract, section 6. */
const STOP_MS_MAX = 10_000;

describeWithStack('published, folded by three processes, exported', () => {
  let dataSet: DataSet;
  let system: System;

  beforeAll(async () => {
    dataSet = await makeDataSet({ seed: 20201208, citizens: 600, payments: 10_000 });
    system = new System(sharedStack(), dataSet);
    await system.makeTopics();
  });
  afterAll(async () => {
    await system.stop();
    await dataSet.remove();
  });

  test('the work is shared while processes come and go', async () => {
    const [first, rest] = slicesOf(dataSet.transactions, 2);
    // One with all roles, one that has none of the close's, and a third in the middle.
    system.start();
    system.start('enrol,qualify,accrue');
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', first!);
    const joined = system.start('qualify,accrue');
    await system.publish('transactions', rest!);
    await system.untilFolded(FOLD_MS_MAX);
    await joined.listening();
    await system.untilIdle(FOLD_MS_MAX);
    expect(await system.metric('tornaconto_alarms_total')).toBe(0);
  });

  test('periods close when they are told to, and verify finds no difference', async () => {
    for (const { id } of dataSet.programme.periods) await system.command(['close', id]);
    await system.untilFolded(FOLD_MS_MAX);
    for (const { id } of dataSet.programme.periods) await system.command(['verify', id]);
  });

  test('the answer is that of replay', async () => {
    expect(differencesBetween(dataSet.expected, await system.answer())).toEqual([]);
    // The data set has all of it: an equality of nothing would be none.
    const { transactions, enrolments } = dataSet.expected.summary;
    expect(Object.values({ ...transactions.dropped, duplicate: transactions.duplicate, unchanged: enrolments.unchanged }).every((count) => count > 0)).toBe(true);
    expect(Object.keys(transactions.quarantined)).toEqual(expect.arrayContaining(['conflict', 'currency', 'future']));
    expect(dataSet.expected.adjustments.split('\n').length).toBeGreaterThan(2);
  });

  test('what is quarantined names its file and line, in conflict too', async () => {
    const rows = (await quarantinedOf(await system.context())).map(({ source, reason, field }) => {
      const [digest, line] = source?.split(':') ?? [];
      return [dataSet.names.get(digest ?? ''), line, reason, field].join(',');
    });
    expect(rows.sort()).toEqual(dataSet.expected.quarantine);
  });

  test('a citizen is told the same by HTTP, by status and on the topic; totals are kept for everybody', async () => {
    const context = await system.context();
    const expected = totalsOf(dataSet);
    const newest = new Map<string, string>();
    for await (const { value } of topicValues(context, 'citizen-totals', context.serdes.total)) {
      newest.set(`${value.citizenId},${value.period}`, `${value.transactions},${value.cashback}`);
      expect(value.programme).toBe(dataSet.programme.programme);
    }
    expect(newest).toEqual(new Map([...expected].flatMap(([citizen, periods]) =>
      periods.map(({ period, transactions, cashbackCents }) => [`${citizen},${period}`, `${transactions},${cashbackCents}`] as const))));

    for (let shard = 0; shard < context.partitions('citizen-ledger'); shard++) {
      for (const { citizenId, set } of (await context.citizens.page(shard, null, 10_000)).citizens) {
        const kept = (await context.citizens.kept(shard, citizenId))?.map(({ periodId, transactions, cashbackCents }) => [periodId, transactions, cashbackCents]) ?? [];
        expect(kept).toEqual(onTimeTotals(recordsOf(set), context.programme).map(({ period, transactions, cashbackCents }) => [period.id, transactions, cashbackCents]));
        expect(set.length % RECORD_BYTES).toBe(0);
      }
    }

    const [server] = system.processors;
    const asked = [...expected.keys()].filter((_, i) => i % Math.ceil(expected.size / CITIZENS_ASKED) === 0);
    for (const citizenId of asked) {
      expect(await server!.citizen(citizenId)).toEqual({ citizenId, periods: expected.get(citizenId) });
    }
    expect(JSON.parse((await system.command(['status', asked[0]!, '--json'])).stdout)).toEqual({ citizenId: asked[0], periods: expected.get(asked[0]!) });
    expect(await server!.citizen('nobody')).toBeNull();
    expect(JSON.parse((await system.command(['status', 'nobody', '--json'])).stdout)).toEqual({ citizenId: 'nobody', periods: [] });
  });

  test('SIGTERM drains each process in time', async () => {
    for (const processor of system.processors) {
      const { code, ms } = await processor.stop();
      expect(code, processor.lastWords()).toBe(0);
      expect(ms).toBeLessThan(STOP_MS_MAX);
    }
  });

  test('control: one record that is lost is noticed by the comparison and by verify', async () => {
    await forgetOneRecord(await system.context(), sharedStack().redisUrl, system.prefix);
    const differences = differencesBetween(dataSet.expected, await system.answer());
    expect(differences.some((difference) => difference.startsWith('totals: '))).toBe(true);
    const verdicts = await Promise.all(dataSet.programme.periods.map(({ id }) => system.command(['verify', id], [EXIT.done, EXIT.refused])));
    expect(verdicts.map(({ code }) => code)).toContain(EXIT.refused);
  });
});
