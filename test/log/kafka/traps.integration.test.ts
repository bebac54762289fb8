/**
 * What the client library does that a money system cannot have, one test a trap: as the adapter behaves, and where the
 * library can be shown misbehaving by itself, that as the control.
 */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaAdmin } from '../../../log/kafka/admin.ts';
import { KafkaLog } from '../../../log/kafka/kafka-log.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../../stack/stack.ts';
import { aWhile, codeOf, collect, many, Member, outgoing, texts, until, upTo } from '../harness.ts';
import { openKafka, rawClient } from './kafka-harness.ts';
import type { KafkaHarness } from './kafka-harness.ts';

describeWithStack('traps of the client library', () => {
  const stack = sharedStack();
  const prefix = freshPrefix();
  let harness: KafkaHarness;
  beforeAll(async () => { harness = await openKafka(stack.brokers, prefix); });
  afterAll(async () => { await harness.close(); });

  const appendTopic = (partitions = 1): Promise<string> => harness.topic({ partitions, timestamps: 'append' });

  /** Leaves records and, behind them, a control record. */
  async function transaction(topic: string, values: readonly string[]): Promise<void> {
    const producer = rawClient(stack.brokers).producer({ transactionalId: `${topic}-tx`, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const running = await producer.transaction();
    await running.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
    const [before] = await harness.log.reader.watermarks(topic);
    await running.commit();
    await producer.disconnect();
    // The coordinator answers first and writes the control record then.
    while ((await harness.log.reader.watermarks(topic))[0]!.high === before!.high) await harness.step();
  }

  test('control: by itself the library jumps to the start, and commits −2', async () => {
    const name = await appendTopic();
    await harness.log.producer.append([{ topic: name, partition: 0, records: many(30) }]);
    await harness.deleteRecords(name, 0, 20);
    const group = `${prefix}control`;
    const consumer = rawClient(stack.brokers).consumer({ groupId: group, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    const offsets: string[] = [];
    consumer.on(consumer.events.GROUP_JOIN, () => consumer.seek({ topic: name, partition: 0, offset: '10' }));
    await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => { offsets.push(batch.firstOffset()!); } });
    await until(harness, 'the jump', () => offsets.length > 0);
    expect(offsets[0]).toBe('20');
    await consumer.disconnect();
    expect(await harness.committed(name, group, 0)).toBe(-2);
  });

  test('a range ends at a control record, and steps over one', async () => {
    const name = await appendTopic();
    await transaction(name, ['a', 'b']);
    await harness.log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
    await transaction(name, ['c']);
    const { log } = harness;
    expect((await log.reader.watermarks(name))[0]).toEqual({ start: 0, high: 6 });
    const records = await collect(log.reader.range(name, 0, 0, 6));
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 3, 4]);
    expect(texts(records)).toEqual(['a', 'b', 'r0', 'c']);
    for (const [from, to, offsets] of [[0, 3, [0, 1]], [2, 3, []], [5, 6, []], [2, 4, [3]]] as const) {
      expect((await collect(log.reader.range(name, 0, from, to))).map(({ offset }) => offset)).toEqual(offsets);
    }
  });

  test('a producer that knew the topic before refuses once what goes to a partition added since, rather than lose it', async () => {
    const name = await appendTopic();
    const append = async (partition: number) => harness.log.producer.append([
      { topic: name, partition: 0, records: many(1) }, ...(partition > 0 ? [{ topic: name, partition, records: many(2) }] : [])]);
    await append(0);
    const topics = new KafkaAdmin(harness.connection);
    await topics.createPartitions(name, 2);
    await topics.close();
    expect(await codeOf(append(1))).toBe('unavailable');
    expect((await append(1)).map(({ baseOffset }) => baseOffset)).toEqual([2, 0]);
    expect((await harness.log.reader.watermarks(name)).map(({ high }) => high)).toEqual([3, 2]);
  });

  test('a topic that is away is given anew to its listener: the library would read on in the next one of that name', async () => {
    // Of its own: a client that has written to a topic that is gone fails once more for all others.
    const own = await openKafka(stack.brokers, prefix);
    const name = await own.topic({ partitions: 1, timestamps: 'append' });
    await own.log.producer.append([{ topic: name, partition: 0, records: many(5, 'old') }]);
    const member = await Member.join(own, name, `${prefix}away`);
    await until(own, 'the old records', () => member.records(0).length === 5);
    const before = member.events.length;
    await own.admin.deleteTopics({ topics: [name] });
    await until(own, 'another assignment', () => member.events.slice(before).some((event) => event.startsWith('assigned')));
    expect(member.events[before]).toMatch(/^revoked/);
    expect(member.records(0)).toHaveLength(5);
    await member.source.stop();
    await own.close();
  });

  test('a subscription shows the gap that a control record leaves, and continues behind it', async () => {
    const name = await appendTopic();
    const member = await Member.join(harness, name, `${prefix}gap`);
    await transaction(name, ['a']);
    await until(harness, 'a', () => member.records(0).length === 1);
    await aWhile(harness);
    await harness.log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
    await until(harness, 'the record behind', () => member.records(0).length === 2);
    expect(member.batches.at(-1)).toMatchObject({ fetchedFrom: 1 });
    expect(member.offsets(0)).toEqual([0, 2]);
    expect(member.crashes).toEqual([]);
    await member.source.stop();
  });

  test('a topic whose clock changes under a running subscription is seen to', async () => {
    const name = await appendTopic();
    const member = await Member.join(harness, name, `${prefix}clock`);
    await harness.log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
    await until(harness, 'the first', () => member.records(0).length === 1);
    await harness.admin.alterConfigs({ validateOnly: false, resources: [{
      type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'message.timestamp.type', value: 'CreateTime' }] }] });
    // The broker takes a setting some time after it has confirmed it.
    await until(harness, 'a batch of the other kind', () => {
      if (member.batches.at(-1)!.brokerTime) void harness.log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
      return !member.batches.at(-1)!.brokerTime;
    });
    expect(member.batches[0]!.brokerTime).toBe(true);
    await member.source.stop();
    // A fetch that holds both kinds is not the broker's time.
    const both = await Member.join(harness, name, `${prefix}clocks`);
    await until(harness, 'both', () => both.records(0).length > 1);
    expect(both.batches[0]!.brokerTime).toBe(false);
    await both.source.stop();
  });

  test('new partitions are seen at once', async () => {
    const name = await appendTopic(1);
    expect(await harness.log.reader.watermarks(name)).toHaveLength(1);
    await harness.admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] });
    // Before they have leaders it may be unavailable; never may it be the old answer.
    const seen = async (): Promise<unknown> => harness.log.reader.watermarks(name).catch((error: unknown) => codeOf(Promise.reject(error as Error)));
    let marks = await seen();
    while (marks === 'unavailable') marks = await seen();
    expect(marks).toEqual(upTo(3).map(() => ({ start: 0, high: 0 })));
  });

  test('what one call may not send is refused for that call; others that went with it may try again', async () => {
    const name = await appendTopic(2);
    const { producer } = harness.log;
    const huge = [{ key: null, value: Buffer.alloc(1_200_000) }];
    const both = (): Promise<unknown[]> => Promise.all([
      codeOf(producer.append([{ topic: name, partition: 0, records: huge }])),
      codeOf(producer.append([{ topic: name, partition: 1, records: many(1) }])),
    ]);
    expect(await both()).toEqual(['unavailable', 'unavailable']);
    expect(await both()).toEqual(['too-large', 'no error']);
  });

  test('a create time that the broker does not take is refused, for good', async () => {
    const name = await harness.topic({ partitions: 1, timestamps: 'create' });
    const future = outgoing('a', { timestampMs: Date.now() + 10 * 86_400_000 });
    expect(await codeOf(harness.log.producer.append([{ topic: name, partition: 0, records: [future] }]))).toBe('refused');
  });

  test('the groups of readers are gone when the log is closed', async () => {
    const name = await appendTopic();
    const other = await openKafka(stack.brokers, `${prefix}closing-`);
    await other.log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
    await collect(other.log.reader.range(name, 0, 0, 1));
    const isReader = ({ groupId }: { groupId: string }): boolean => groupId.startsWith(`${prefix}closing-tornaconto-read-`);
    expect((await harness.admin.listGroups()).groups.filter(isReader)).toHaveLength(1);
    await other.close();
    expect((await harness.admin.listGroups()).groups.filter(isReader)).toEqual([]);
  });

  test('the warning about negative timers is dropped, and those of others are not', async () => {
    const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
    const script = (ours: boolean): string => `
      import kafkajs from 'kafkajs';
      import { dropTimeoutWarningsOfClient } from ${url('../../../log/kafka/timeout-warning.ts')};
      if (${ours}) dropTimeoutWarningsOfClient();
      process.on('warning', ({ name }) => console.log(name));
      const admin = new kafkajs.Kafka({ brokers: ${JSON.stringify(stack.brokers)}, logLevel: 0 }).admin();
      await admin.connect(); await admin.listTopics(); await admin.disconnect();
      process.emitWarning('another', 'TimeoutNegativeWarning');`;
    const warnings = async (ours: boolean): Promise<string[]> => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script(ours)]);
      return stdout.trim().split('\n');
    };
    expect(await warnings(false)).toHaveLength(2);
    expect(await warnings(true)).toHaveLength(1);
  });
});

test.for(['refuses', 'says nothing'] as const)('a broker that %s is unavailable, in bounded time', async (how) => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  if (how === 'refuses') await new Promise((resolve) => silent.close(resolve));
  const log = new KafkaLog({ brokers: [`127.0.0.1:${port}`], clientId: 'tornaconto-test', limitsMs: { append: 2_000, call: 2_000, join: 2_000 } });
  const listener = new Member(log.subscribe('topic', 'group'));
  expect(await Promise.all([
    codeOf(log.producer.append([{ topic: 'topic', partition: 0, records: many(1) }])),
    codeOf(log.reader.watermarks('topic')),
    codeOf(collect(log.reader.range('topic', 0, 0, 1))),
    codeOf(listener.source.start(listener)),
  ])).toEqual(upTo(4).map(() => 'unavailable'));
  expect(listener.crashes).toEqual([]);
  await log.close();
  silent.close();
});
