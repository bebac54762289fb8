/**
 * The servers of a benchmark run, and what each part of it needs to reach them. Topics of one run have a prefix, so that
 * several runs share the servers.
 */
import { Redis } from 'ioredis';
import { KafkaAdmin } from '../../log/kafka/admin.ts';
import type { KafkaConnection } from '../../log/kafka/connection.ts';
import { KafkaLog } from '../../log/kafka/kafka-log.ts';
import type { Programme } from '../../programme/programme.ts';
import type { Arrival, Serdes } from '../../processors/context.ts';
import { ConfluentRegistry } from '../../registry/confluent-registry.ts';
import { openSerdes } from '../../runtime/serdes.ts';
import { RedisCardIndex } from '../../stores/redis/card-index.ts';
import { RedisCitizenTotals } from '../../stores/redis/citizen-totals.ts';
import { RedisConnection } from '../../stores/redis/connection.ts';
import { startKafka, startRedis, startRegistry } from '../../test/stack/servers.ts';
import type { KafkaServer, RedisServer, RegistryServer } from '../../test/stack/types.ts';
import { TOPIC_NAMES, type TopicName } from '../../topology/names.ts';
import { topicConfig } from '../../topology/topic-config.ts';

/** As in production, but for the append-only file: its cost is the disk's, and the same for any software. */
const REDIS_CONFIG = { 'hash-max-listpack-entries': '1024', appendonly: 'no' };

export interface Servers {
  readonly kafka: KafkaServer;
  readonly redis: RedisServer;
  readonly redisPid: number;
  readonly registry: RegistryServer;
  stop(): Promise<void>;
}

/** Local processes: only their CPU can be read. */
export async function startServers(): Promise<Servers> {
  const [kafka, redis, registry] = await Promise.all([
    startKafka('local'), startRedis({ config: REDIS_CONFIG }, 'local'), startRegistry('local'),
  ]);
  return { kafka, redis, redisPid: await pidOf(redis.url), registry, stop: async () => { await Promise.all([kafka.stop(), redis.stop(), registry.stop()]); } };
}

/** What Redis has spent on each command since its statistics were last reset, scripts' own calls among them. */
export async function commandTimes(redisUrl: string): Promise<string[]> {
  const redis = new Redis(redisUrl);
  const info = await redis.info('commandstats');
  await redis.config('RESETSTAT');
  await redis.quit();
  return [...info.matchAll(/^cmdstat_(\S+):calls=(\d+),usec=(\d+)/gm)]
    .sort((a, b) => Number(b[3]) - Number(a[3])).slice(0, 12)
    .map(([, command, calls, usec]) => `${command!.padEnd(12)} ${calls!.padStart(9)} calls ${String(Math.round(Number(usec) / 1000)).padStart(7)} ms`);
}

async function pidOf(redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl);
  const info = await redis.info('server');
  await redis.quit();
  return Number(/^process_id:(\d+)/m.exec(info)![1]);
}

export interface Partitions {
  readonly transactions: number;
  readonly cards: number;
  readonly ledger: number;
}

/** One run: its topics, and clients on them for this process. */
export interface Run {
  readonly prefix: string;
  readonly arrival: Arrival;
  readonly partitions: Partitions;
  readonly log: KafkaLog;
  readonly connection: KafkaConnection;
  readonly serdes: Serdes;
  readonly cards: RedisCardIndex;
  readonly citizens: RedisCitizenTotals;
  readonly topic: (name: TopicName) => string;
  close(): Promise<void>;
}

/** Makes the topics. */
export async function openRun(
  { kafka, redis, registry }: Servers, prefix: string, arrival: Arrival, partitions: Partitions, programme: Programme,
): Promise<Run> {
  const topic = (name: TopicName) => prefix + name;
  const connection: KafkaConnection = { brokers: kafka.brokers, clientId: 'tornaconto-bench' };
  const settings = {
    arrival, cardPartitions: partitions.cards, ledgerPartitions: partitions.ledger, replicationFactor: 1,
    existing: { 'card-transactions': partitions.transactions }, transactionsRetentionMs: -1,
  };
  const admin = new KafkaAdmin(connection);
  await admin.createTopics(TOPIC_NAMES.map((name) => {
    const config = topicConfig(name, settings);
    return {
      name: topic(name), partitions: settings.existing[name as 'card-transactions'] ?? config.partitions.made,
      replicationFactor: 1, configs: { ...config.asserted, ...config.initial },
    };
  }));
  await admin.close();
  const log = new KafkaLog(connection, { prefix });
  const store = await RedisConnection.connect({ url: redis.url });
  return {
    prefix, arrival, partitions, log, connection, topic,
    serdes: await openSerdes(new ConfluentRegistry(registry.url), topic),
    cards: new RedisCardIndex(store, { shards: partitions.cards, timeZone: programme.timeZone, prefix }),
    citizens: new RedisCitizenTotals(store, { shards: partitions.ledger, prefix }),
    close: async () => { await Promise.all([log.close(), store.close()]); },
  };
}
