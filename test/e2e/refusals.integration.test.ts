/**
 * What cannot be right is refused by name: records go to quarantine and the rest goes on; topics and servers that would
 * make a wrong fold stop the start, or the task, with words that say what to mend.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../cli/exit.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { ConfluentRegistry } from '../../registry/confluent-registry.ts';
import { avroType } from '../../schemas/avro-type.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { runCli } from '../cli/run-cli.ts';
import { frame, TRANSACTION } from '../schemas/samples.ts';
import { describeWithServers, describeWithStack, freshPrefix, sharedStack, startRedis, startRegistry } from '../stack/stack.ts';
import { badRecords, CARD_NUMBER, LARGE_BYTES } from './bad-records.ts';
import { makeDataSet, type DataSet } from './data-set.ts';
import { TopicSurgery } from './surgery.ts';
import { System } from './system.ts';

const WAIT_MS_MAX = 60_000;

describeWithStack('what cannot be right', () => {
  const stack = sharedStack();
  let dataSet: DataSet;
  let surgery: TopicSurgery;
  /** Topics as they should be, of which nothing is ever folded. */
  let idle: System;
  const systems: System[] = [];
  async function systemOn(more: Readonly<Record<string, string>> = {}, registryUrl = stack.registryUrl): Promise<System> {
    const system = new System({ brokers: stack.brokers, redisUrl: stack.redisUrl, registryUrl }, dataSet, more);
    systems.push(system);
    await system.makeTopics();
    return system;
  }

  beforeAll(async () => {
    dataSet = await makeDataSet({ seed: 3, citizens: 40, payments: 400 });
    surgery = await TopicSurgery.open(stack.brokers);
    idle = await systemOn();
  });
  afterAll(async () => {
    await Promise.all(systems.map((system) => system.stop()));
    await surgery.close();
    await dataSet.remove();
  });

  test('records that nobody can read go to quarantine, each by its reason, and the good ones around them count', async () => {
    const system = await systemOn();
    const context = await system.context();
    for (const name of ['card-transactions', 'card-enrolments']) {
      await surgery.configure(`${system.prefix}${name}`, 'max.message.bytes', String(2 * LARGE_BYTES));
    }
    const planted = badRecords(context);
    const [processor] = [system.start()];
    await system.publish('enrolments', dataSet.enrolments);
    const expected: string[] = [];
    for (const { append, reason, field } of planted) {
      const [{ baseOffset } = { baseOffset: -1 }] = await context.producer.append([append]);
      expected.push(`${append.topic}/${append.partition},${baseOffset},${reason},${field}`);
    }
    await system.publish('transactions', dataSet.transactions);
    await system.untilFolded(WAIT_MS_MAX);

    for (const { id } of dataSet.programme.periods) await system.command(['close', id]);
    const answer = await system.answer();
    expect(answer.quarantine.filter((row) => row.startsWith(system.prefix))).toEqual(expected.sort());
    expect(answer.quarantine.filter((row) => !row.startsWith(system.prefix))).toEqual(dataSet.expected.quarantine);
    expect(answer.totals).toBe(dataSet.expected.totals);
    expect(answer.payouts).toBe(dataSet.expected.payouts);

    const schemaIds = [];
    for await (const { value } of topicValues(context, 'quarantine', context.serdes.quarantined)) {
      if (value.reason === 'undecodable') schemaIds.push(value.schemaId);
      expect(JSON.stringify(value)).not.toContain(CARD_NUMBER);
    }
    expect(schemaIds.sort()).toEqual([context.serdes.transaction.schemaId, 2_000_000_000, null, null, null].sort());
    expect(JSON.stringify(processor.log)).not.toContain(CARD_NUMBER);
    expect((await processor.readiness()).code).toBe(200);
  });

  test('another programme file than payments were judged under ends the start, and says what differs', async () => {
    const system = await systemOn();
    await system.start().listening();
    await system.publish('transactions', dataSet.transactions.slice(-1));
    await system.untilFolded(WAIT_MS_MAX);
    const file = JSON.parse(await readFile(dataSet.programmeFile, 'utf8')) as { periods: object[] };
    const [first, ...rest] = file.periods;
    for (const [key, changed] of [
      ['programme', { ...file, programme: 'another' }],
      ['currency', { ...file, currency: '840' }],
      [/period \S+/, { ...file, periods: [{ ...first, rateBasisPoints: 1 }, ...rest] }],
    ] as const) {
      const other = join(dataSet.folder, 'another-programme.json');
      await writeFile(other, JSON.stringify(changed));
      const { code, stderr } = await runCli(['run', '--roles', 'enrol'], { ...system.environment, HTTP_PORT: '0', PROGRAMME_FILE: other });
      expect(code).toBe(EXIT.usage);
      expect(stderr).toMatch(new RegExp(`judged under another programme file: ${key instanceof RegExp ? key.source : key} differs`));
    }
  });

  test('a record larger than its topic takes is refused by name', async () => {
    const { producer, topic } = await idle.context();
    const append = { topic: topic('card-transactions'), partition: 0, records: [{ key: null, value: Buffer.alloc(LARGE_BYTES) }] };
    await expect(producer.append([append])).rejects.toMatchObject({ code: 'too-large', remedy: 'stop' });
  });

  test('a topic whose clock is changed under a running processor stops its tasks before anything is folded', async () => {
    const system = await systemOn();
    const processor = await system.start().listening();
    await system.publish('enrolments', dataSet.enrolments);
    await system.untilFolded(WAIT_MS_MAX);
    await surgery.configure(`${system.prefix}card-transactions`, 'message.timestamp.type', 'LogAppendTime');
    const context = await system.context();
    await context.producer.append([0, 1, 2].map((partition) => (
      { topic: context.topic('card-transactions'), partition, records: [{ key: null, value: null }] })));
    await system.until(WAIT_MS_MAX, async () => {
      const { code, waitingFor } = await processor.readiness();
      const stopped = waitingFor.filter((line) => line.includes('message.timestamp.type LogAppendTime, but must have CreateTime'));
      return code === 503 && stopped.length === 3 ? [] : [`${code}`, ...waitingFor];
    });
    expect((await context.reader.watermarks(context.topic('receipts'))).map(({ high }) => high)).toEqual([0, 0, 0]);
    expect(processor.log.filter(({ err }) => err?.code === 'timestamp-type')).toHaveLength(3);
    expect((await processor.stop()).code).toBe(EXIT.done);
  });

  test('servers that are away end the start with their name', async () => {
    const nowhere = '127.0.0.1:1';
    await Promise.all(([
      ['SCHEMA_REGISTRY_URL', `http://${nowhere}`, /registry/i],
      ['REDIS_URL', `redis://${nowhere}`, /Redis cannot be reached/],
      ['KAFKA_BROKERS', nowhere, /topics/],
    ] as const).map(async ([variable, value, words]) => {
      const { code, stderr } = await runCli(['run'], { ...idle.environment, [variable]: value });
      expect(code).toBe(EXIT.fault);
      expect(stderr).toMatch(words);
      expect(stderr).not.toContain('    at ');
    }));
  });

  test('topics of another configuration stop the start, each difference named with what it must be', async () => {
    await surgery.configure(`${idle.prefix}citizen-ledger`, 'retention.ms', '86400000');
    for (const command of [['run'], ['export', '--out', dataSet.folder]]) {
      const { code, stderr } = await runCli(command, { ...idle.environment, ARRIVAL: 'broker' });
      expect(code).toBe(EXIT.usage);
      expect(stderr).toContain(`${idle.prefix}card-transactions message.timestamp.type is CreateTime, must be LogAppendTime`);
      expect(stderr).toContain(`${idle.prefix}citizen-ledger retention.ms is 86400000, must be -1`);
      expect(stderr).toContain('tornaconto topics shows what mends it');
    }
    const none = await runCli(['run'], { ...idle.environment, TOPIC_PREFIX: freshPrefix() });
    expect(none).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('clock does not exist') as string });
  });

  describeWithServers('with servers of their own', () => {
    test('a Redis that may evict is not folded into', async () => {
      const redis = await startRedis({ config: { 'maxmemory-policy': 'allkeys-lru', maxmemory: '64mb' } });
      const system = await systemOn();
      const { code, stderr } = await runCli(['run'], { ...system.environment, REDIS_URL: redis.url });
      await redis.stop();
      expect(code).toBe(EXIT.fault);
      expect(stderr).toContain('maxmemory-policy allkeys-lru');
      expect(stderr).toContain('set maxmemory-policy noeviction');
    });

    test('while the registry is down, a schema that is not known yet is waited for, never taken for unknown', async () => {
      const registry = await startRegistry();
      const system = await systemOn({}, registry.url);
      const processor = await system.start().listening();
      await system.publish('enrolments', dataSet.enrolments);
      await system.publish('transactions', dataSet.transactions);
      await system.untilFolded(WAIT_MS_MAX);
      const context = await system.context();
      const note = { name: 'note', type: ['null', 'string'], default: null };
      const { fields, ...rest } = SCHEMAS.CardTransaction as { fields: object[] };
      const newer = { ...rest, fields: [...fields, note] };
      const id = await new ConfluentRegistry(registry.url).idOf(`${system.prefix}card-transactions-value`, newer);
      await registry.kill();

      const value = frame(id, avroType(newer).toBuffer({ ...TRANSACTION.value, note: null }));
      await context.producer.append([{ topic: context.topic('card-transactions'), partition: 0, records: [{ key: TRANSACTION.value.hashPan, value }] }]);
      await system.until(WAIT_MS_MAX, async () => {
        const { code, waitingFor } = await processor.readiness();
        return code === 503 && waitingFor.some((line) => /card-transactions\/0: CLAIMING .*registry/i.test(line)) ? [] : [`${code}`, ...waitingFor];
      });
      const quarantined = async (): Promise<number[]> => (await context.reader.watermarks(context.topic('quarantine'))).map(({ high }) => high);
      const before = await quarantined();
      await registry.restart();
      await system.untilFolded(WAIT_MS_MAX);
      await system.untilIdle(WAIT_MS_MAX);
      expect(await quarantined()).toEqual(before);
      expect((await system.answer()).summary.transactions.read).toBe(dataSet.expected.summary.transactions.read + 1);
      await registry.stop();
    });
  });
});
