/**
 * Periods closed while later records still come, on real servers: two commands close at once and one is killed, and the
 * answer is that of `replay`, to the byte, prizes included. Then what `verify` makes of faults planted in Kafka and Redis.
 */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DifferenceKind } from '../../audit/differences.ts';
import type { VerifyReport } from '../../audit/verify.ts';
import { EXIT } from '../../cli/exit.ts';
import { arrivalOfName } from '../../feeds/file-name.ts';
import type { Context } from '../../processors/context.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { Calendar } from '../../programme/calendar.ts';
import type { Serde } from '../../schemas/serde.ts';
import type { TopicName } from '../../topology/names.ts';
import { startCli } from '../cli/run-cli.ts';
import { differencesBetween } from '../e2e/answer.ts';
import { makeDataSet, type DataSet } from '../e2e/data-set.ts';
import { forgetOneRecord } from '../e2e/plant.ts';
import { TopicSurgery } from '../e2e/surgery.ts';
import { System } from '../e2e/system.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';

const FOLD_MS_MAX = 170_000;
const KILLED_AFTER_MS = 2_000;

describeWithStack('periods close while later records come', () => {
  let dataSet: DataSet;
  let system: System;

  beforeAll(async () => {
    dataSet = await makeDataSet({ seed: 20210701, citizens: 250, payments: 4_000, window: 'programme' });
    system = new System(sharedStack(), dataSet);
    await system.makeTopics();
    system.start();
    await system.publish('enrolments', dataSet.enrolments);
  });
  afterAll(async () => {
    await system.stop();
    await dataSet.remove();
  });

  test('and the answer is that of replay', async () => {
    const calendar = new Calendar(dataSet.programme.timeZone);
    let rest = dataSet.transactions;
    for (const period of dataSet.programme.byDeadline) {
      const inTime = rest.filter((file) => arrivalOfName(basename(file), calendar)! < period.deadlineMs);
      rest = rest.filter((file) => !inTime.includes(file));
      if (inTime.length > 0) await system.publish('transactions', inTime);
      const doomed = startCli(['close', period.id], system.environment);
      const [first, ...later] = rest;
      await Promise.all([
        system.command(['close', period.id]),
        first === undefined ? undefined : system.publish('transactions', [first, ...later.slice(0, later.length / 2)]),
        sleep(KILLED_AFTER_MS).then(() => { doomed.child.kill('SIGKILL'); }),
        doomed.finished,
      ]);
      rest = first === undefined ? [] : later.slice(later.length / 2);
    }
    if (rest.length > 0) await system.publish('transactions', rest);
    await system.untilFolded(FOLD_MS_MAX);
    expect(differencesBetween(dataSet.expected, await system.answer())).toEqual([]);
    // An equality of nothing would be none.
    const { payouts, adjustments } = dataSet.expected;
    expect([payouts, payouts, adjustments]).toEqual([
      expect.stringContaining(',2020-christmas,CASHBACK,'), expect.stringContaining(',2021-h1,SUPER_CASHBACK,'), expect.stringMatching(/2020-christmas,-/),
    ]);
    for (const { id } of dataSet.programme.periods) expect(await kindsIn(id)).toEqual([]);
  }, 2 * FOLD_MS_MAX);

  test('verify finds what is planted in Redis and Kafka, each beside those before', async () => {
    const context = await system.context();
    const period = '2021-h1';
    const { payout, closure, adjustment } = context.serdes;
    const plants: [DifferenceKind, () => Promise<void>][] = [
      ['payout-repeat-differs', () => copied(context, 'payouts', payout, (value) => ({ ...value, amount: value.amount + 1 }))],
      ['payout-extra', () => copied(context, 'payouts', payout, (value) => ({ ...value, payoutId: 'e'.repeat(32) }))],
      ['manifest-repeat-differs', () => copied(context, 'period-closures', closure, (value) => ({ ...value, citizens: value.citizens + 1 }))],
      ['adjustment-extra', () => copied(context, 'adjustments', adjustment, (value) => ({ ...value, adjustmentId: 'e'.repeat(32), period }))],
      ['record-missing', () => forgetOneRecord(context, sharedStack().redisUrl, system.prefix)],
      ['counts-differ', () => runningSumChanged(period)],
      ['manifest-missing', () => truncated('period-closures')],
      ['payout-missing', () => truncated('payouts')],
      ['adjustment-missing', () => truncated('adjustments')],
    ];
    for (const [kind, plant] of plants) {
      await plant();
      const found = [...await kindsIn(period), ...await kindsIn('2020-christmas')];
      expect(found).toContain(kind);
    }
  }, 2 * FOLD_MS_MAX);

  async function kindsIn(period: string): Promise<DifferenceKind[]> {
    const { stdout } = await system.command(['verify', period, '--json'], [EXIT.done, EXIT.refused]);
    return [...new Set((JSON.parse(stdout) as VerifyReport).differences.map(({ kind }) => kind))];
  }

  /** One of the period's values once more, in another form. */
  async function copied<T extends { readonly period: string }>(context: Context, topic: TopicName, serde: Serde<T>, change: (value: T) => T): Promise<void> {
    for await (const { value, record: { key } } of topicValues(context, topic, serde)) {
      await context.producer.append([{ topic: context.topic(topic), partition: 0, records: [{ key, value: serde.encode(change(value)) }] }]);
      return;
    }
  }

  async function truncated(topic: TopicName): Promise<void> {
    const surgery = await TopicSurgery.open(sharedStack().brokers);
    await surgery.truncate(system.prefix + topic);
    await surgery.close();
  }

  async function runningSumChanged(period: string): Promise<void> {
    const redis = new Redis(sharedStack().redisUrl);
    const metas = await redis.keys(`${system.prefix}{L*}:meta`);
    for (const meta of metas) await redis.hincrby(meta, `payments:${period}`, 1);
    await redis.quit();
  }
});
