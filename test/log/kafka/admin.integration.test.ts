import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaAdmin } from '../../../log/kafka/admin.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../../stack/stack.ts';
import { codeOf } from '../harness.ts';

describeWithStack('topics on Kafka', () => {
  const stack = sharedStack();
  const name = `${freshPrefix()}topic`;
  let admin: KafkaAdmin;
  beforeAll(() => { admin = new KafkaAdmin({ brokers: stack.brokers, clientId: 'tornaconto-test' }); });
  afterAll(async () => { await admin.close(); });

  test('created once, described as it is, enlarged', async () => {
    expect(await admin.describeTopics([name])).toEqual(new Map());
    const topic = { name, partitions: 3, configs: { 'retention.ms': '-1', 'message.timestamp.type': 'LogAppendTime' } };
    expect(await admin.createTopics([topic])).toEqual([name]);
    expect(await admin.createTopics([topic])).toEqual([]);
    const found = (await admin.describeTopics([name, `${name}-not`])).get(name);
    expect(found).toMatchObject({ name, partitions: 3, replicationFactor: 1, configs: { ...topic.configs, 'cleanup.policy': 'delete' } });
    await admin.createPartitions(name, 5);
    expect((await admin.describeTopics([name])).get(name)!.partitions).toBe(5);
    expect(await admin.brokerCount()).toBeGreaterThan(0);
    expect(await admin.defaultReplicationFactor()).toBe(1);
  });

  test('what brokers do not take is refused', async () => {
    const refused = { name: `${name}-refused`, partitions: 1, configs: {} };
    expect(await codeOf(admin.createTopics([{ ...refused, partitions: 0 }]))).toBe('refused');
    expect(await codeOf(admin.createTopics([{ ...refused, replicationFactor: 99 }]))).toBe('refused');
    expect(await codeOf(admin.createTopics([{ ...refused, configs: { 'retention.ms': 'long' } }]))).toBe('refused');
    expect(await codeOf(admin.createTopics([{ ...refused, name: 'no name' }]))).toBe('refused');
    expect(await codeOf(admin.createPartitions(name, 1))).toBe('refused');
    expect(await codeOf(admin.createPartitions(`${name}-not`, 9))).toBe('no-such-partition');
  });
});
