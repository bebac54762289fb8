/**
 * What `publish` needs of the servers, asserted before anything is sent.
 */
import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import type { FeedKind } from '../feeds/inspection.ts';
import { AdminClient } from '../log/kafka/admin-client.ts';
import { KafkaAdmin } from '../log/kafka/admin.ts';
import { connectionOf } from '../log/kafka/connection.ts';
import { KafkaLog } from '../log/kafka/kafka-log.ts';
import type { LogReader, Producer } from '../ports/log.ts';
import { TOPIC_OF } from '../publish/feed.ts';
import { ConfluentRegistry } from '../registry/confluent-registry.ts';
import type { CardEnrolment, CardTransaction } from '../schemas/generated/types.ts';
import { Serde } from '../schemas/serde.ts';
import { subjectName, topicName } from '../topology/names.ts';
import { assertTopics } from './topic-survey.ts';

export interface PublisherConnection {
  readonly producer: Producer;
  readonly reader: LogReader;
  readonly partitions: number;
  readonly offsetsAt: (timeMs: number) => Promise<readonly number[]>;
  readonly encode: (record: CardTransaction | CardEnrolment) => Buffer;
  readonly close: () => Promise<void>;
}

/** @throws UsageError when the topic is not as it has to be; LogError, RegistryError */
export async function connectPublisher(config: Config<'kafka' | 'registry'>, kind: FeedKind): Promise<PublisherConnection> {
  const connection = connectionOf(config.kafka, `tornaconto-publish-${hostname()}`);
  const admin = new KafkaAdmin(connection);
  const offsets = new AdminClient(connection);
  // What becomes of a send that fails is looked up on the topic, which is right whatever the brokers have forgotten.
  const log = new KafkaLog(connection, { prefix: config.topicPrefix, sending: 'once' });
  const close = async (): Promise<void> => { await Promise.all([log.close(), admin.close(), offsets.close()]); };
  try {
    const partitions = (await assertTopics(admin, config, [TOPIC_OF[kind]])).get(TOPIC_OF[kind])!;
    const encode = await encoderOf(config, kind);
    const topic = topicName(config.topicPrefix, TOPIC_OF[kind]);
    const offsetsAt = (timeMs: number) => offsets.call(`offsets of ${topic} by time`, async (client) => {
      const starts: number[] = [];
      for (const { partition, offset } of await client.fetchTopicOffsetsByTimestamp(topic, timeMs)) starts[partition] = Number(offset);
      return starts;
    });
    return { producer: log.producer, reader: log.reader, partitions, offsetsAt, encode, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function encoderOf({ registryUrl, topicPrefix }: Config<'registry'>, kind: FeedKind): Promise<PublisherConnection['encode']> {
  const registry = new ConfluentRegistry(registryUrl);
  const subject = subjectName(topicPrefix, TOPIC_OF[kind]);
  const serde = kind === 'transactions'
    ? await Serde.open(registry, subject, 'CardTransaction')
    : await Serde.open(registry, subject, 'CardEnrolment');
  return (record) => (serde as Serde<CardTransaction | CardEnrolment>).encode(record);
}
