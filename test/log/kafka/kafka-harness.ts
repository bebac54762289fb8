/** The conformance suite's harness on real brokers. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { KafkaAdmin } from '../../../log/kafka/admin.ts';
import type { KafkaConnection } from '../../../log/kafka/connection.ts';
import { dropTimeoutWarningsOfClient } from '../../../log/kafka/timeout-warning.ts';
import { KafkaLog } from '../../../log/kafka/kafka-log.ts';
import type { Source } from '../../../ports/log.ts';
import type { Harness, TestTopic } from '../harness.ts';

const STEP_MS = 15;
/** Below what the suite waits for, above what a busy machine needs between two heartbeats. */
const SESSION_MS = 6_000;

export interface KafkaHarness extends Harness {
  readonly log: KafkaLog;
  readonly admin: Admin;
  readonly connection: KafkaConnection;
}

export async function openKafka(brokers: readonly string[], prefix: string, more: Partial<KafkaConnection> = {}): Promise<KafkaHarness> {
  const connection: KafkaConnection = { brokers, clientId: 'tornaconto-test', ...more };
  const log = new KafkaLog(connection, { prefix, consumer: { sessionTimeoutMs: SESSION_MS, heartbeatMs: 500 } });
  const admin = rawClient(brokers).admin();
  await admin.connect();
  const topics = new KafkaAdmin(connection);
  return {
    log,
    admin,
    connection,
    topic: async (topicOptions) => {
      const name = `${prefix}${randomUUID()}`;
      await create(topics, name, topicOptions);
      return name;
    },
    deleteRecords: async (topic, partition, before) => {
      await admin.fetchTopicOffsets(topic); // The client knows leaders of topics only that it was asked for.
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
    },
    recreate: async (topic, topicOptions) => {
      await admin.deleteTopics({ topics: [topic] });
      while ((await topics.describeTopics([topic])).size > 0) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      await create(topics, topic, topicOptions);
    },
    // Its handler holds a batch and sends no heartbeat: the group does the rest.
    expel: (_source: Source) => new Promise((resolve) => setTimeout(resolve, SESSION_MS)),
    committed: async (topic, groupId, partition) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const offset = Number(found?.partitions.find((entry) => entry.partition === partition)?.offset ?? -1);
      return offset === -1 ? null : offset;
    },
    step: () => new Promise((resolve) => setTimeout(resolve, STEP_MS)),
    close: async () => {
      await Promise.all([log.close(), topics.close(), admin.disconnect()]);
    },
  };
}

/** The client library itself, for what our adapter never does. */
export function rawClient(brokers: readonly string[]): kafkajs.Kafka {
  dropTimeoutWarningsOfClient();
  return new kafkajs.Kafka({ brokers: [...brokers], clientId: 'tornaconto-test-raw', logLevel: kafkajs.logLevel.NOTHING });
}

async function create(admin: KafkaAdmin, name: string, { partitions, timestamps }: TestTopic): Promise<void> {
  const type = timestamps === 'append' ? 'LogAppendTime' : 'CreateTime';
  const created = await admin.createTopics([{ name, partitions, configs: { 'message.timestamp.type': type } }]);
  if (created.length !== 1) throw new Error(`${name} was there`);
}
