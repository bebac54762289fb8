/**
 * Kafka dies and comes back under a running processor: whoever asks for its health or reads its metrics is told so, all
 * the while, and is not shown a lag of 0.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDataSet, type DataSet } from '../e2e/data-set.ts';
import { System } from '../e2e/system.ts';
import { describeWithServers, sharedStack, startKafka, type KafkaServer } from '../stack/stack.ts';

const SIZE = { seed: 7, citizens: 20, payments: 100 };
const WAIT_MS_MAX = 60_000;
/** Long enough for the client library to start again, and to fail again. */
const LOOKS = 20;
const LOOK_MS = 500;
/** Of two processes one stands by. */
const ONE_EACH = { CARD_PARTITIONS: '1', LEDGER_PARTITIONS: '1' };
const ROLES = ['enrol', 'qualify', 'accrue'];

describeWithServers('while Kafka is away', () => {
  const stack = sharedStack();
  let kafka: KafkaServer;
  let dataSet: DataSet;
  let system: System;
  beforeAll(async () => {
    [kafka, dataSet] = await Promise.all([startKafka(), makeDataSet(SIZE)]);
    system = new System({ redisUrl: stack.redisUrl, registryUrl: stack.registryUrl, brokers: kafka.brokers }, dataSet, ONE_EACH);
    await system.makeTopics();
  });
  afterAll(async () => {
    await system.stop();
    await Promise.all([kafka.stop(), dataSet.remove()]);
  });

  test('no processor is ready, one that stands by among them, and lag grows; after, all are ready, and it is 0', async () => {
    await system.start().listening();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', dataSet.transactions);
    await system.untilFolded(WAIT_MS_MAX);
    await system.start().listening();
    await system.untilIdle(WAIT_MS_MAX);
    const series = await countOf('tornaconto_lag_records');
    expect(await codes()).toEqual([200, 200]);
    expect(await system.metric('tornaconto_lag_seconds')).toBe(0);

    await kafka.kill();
    await system.until(WAIT_MS_MAX, async () => {
      const waitingFor = (await Promise.all(system.processors.map((processor) => processor.readiness()))).map((state) => state.waitingFor);
      const lines = ROLES.map((role) => `${role}: not a member of its group (Kafka is away, or the group rebalances)`);
      return waitingFor.flatMap((told) => lines.filter((line) => !told.includes(line)).map((line) => `not told: ${line}`));
    });
    let lagSeconds = 0;
    for (let look = 0; look < LOOKS; look++) {
      expect(await codes()).toEqual([503, 503]);
      const now = await system.metric('tornaconto_lag_seconds');
      expect(now).toBeGreaterThan(lagSeconds);
      lagSeconds = now;
      await sleep(LOOK_MS);
    }
    expect(await countOf('tornaconto_lag_records')).toBe(series);
    expect(await system.metric('tornaconto_task_running')).toBe(0);

    await kafka.restart();
    await system.untilIdle(WAIT_MS_MAX);
    expect(await countOf('tornaconto_lag_records')).toBe(series);
    expect(await system.metric('tornaconto_lag_seconds')).toBe(0);
  });

  const codes = async (): Promise<number[]> =>
    (await Promise.all(system.processors.map((processor) => processor.readiness()))).map(({ code }) => code);

  const countOf = async (name: string): Promise<number> =>
    (await Promise.all(system.processors.map((processor) => processor.metrics()))).flat().filter((sample) => sample.name === name).length;
});
