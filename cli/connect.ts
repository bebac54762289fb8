/**
 * Connects a command to Kafka, Redis and the registry, and assembles what processors are given.
 */
import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import { logWriter } from '../config/logger.ts';
import { KafkaAdmin } from '../log/kafka/admin.ts';
import { connectionOf } from '../log/kafka/connection.ts';
import type { ConsumerTuning } from '../log/kafka/consumer-config.ts';
import { KafkaLog } from '../log/kafka/kafka-log.ts';
import type { Context } from '../processors/context.ts';
import type { Telemetry } from '../processors/processor.ts';
import { Calendar } from '../programme/calendar.ts';
import type { Programme } from '../programme/programme.ts';
import { ConfluentRegistry } from '../registry/confluent-registry.ts';
import { openSerdes } from '../runtime/serdes.ts';
import { RedisCardIndex } from '../stores/redis/card-index.ts';
import { RedisCitizenTotals } from '../stores/redis/citizen-totals.ts';
import { RedisConnection } from '../stores/redis/connection.ts';
import type { TopicName } from '../topology/names.ts';
import { assertTopics } from './topic-survey.ts';

const HEARTBEAT_MS = 3_000;

export type ServerConfig = Config<'kafka' | 'registry' | 'redis' | 'programme'>;

export interface Connected {
  /** The context of a role; each role has a log of its own. */
  readonly of: (role: string) => { readonly context: Context; readonly log: KafkaLog };
  readonly close: () => Promise<void>;
}

export const QUIET: Telemetry = { count: () => undefined, arrived: () => undefined, alarm: () => undefined };

/** Rejects with what an adapter says of its server, or what is wrong with the topics; closes what was opened before. */
export async function connect(
  config: ServerConfig, programme: Programme, logger: Logger, telemetry: Telemetry = QUIET,
): Promise<Connected> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const topic = (name: TopicName) => `${config.topicPrefix}${name}`;
    const registry = new ConfluentRegistry(config.registryUrl);
    const serdes = await openSerdes(registry, topic);
    const openLog = (role: string): KafkaLog => {
      const connection = connectionOf(config.kafka, `tornaconto-${role}-${hostname()}`, logWriter(logger));
      const log = new KafkaLog(connection, { prefix: config.topicPrefix, consumer: consumerTuning(config) });
      closers.push(() => log.close());
      return log;
    };
    const first = openLog('start');
    const counts = await checkedTopics(config, logger);
    const redis = await RedisConnection.connect({
      url: config.redisUrl, onWarning: (message) => { logger.warn({ component: 'redis' }, message); },
    });
    closers.push(() => redis.close());
    const shared = {
      programme,
      calendar: new Calendar(programme.timeZone),
      cards: new RedisCardIndex(redis, { shards: counts.get('card-enrolments')!, timeZone: programme.timeZone, prefix: config.topicPrefix }),
      citizens: new RedisCitizenTotals(redis, { shards: counts.get('citizen-ledger')!, prefix: config.topicPrefix }),
      serdes,
      telemetry,
      topic,
      partitions: (name: TopicName) => counts.get(name)!,
      arrival: config.arrival,
      skewMarginMs: config.skewMarginMs,
      closeMarginMs: config.closeMarginMs,
    };
    const logs = new Map<string, KafkaLog>([['start', first]]);
    return {
      of: (role) => {
        const log = logs.get(role) ?? openLog(role);
        logs.set(role, log);
        return { log, context: { ...shared, producer: log.producer, reader: log.reader } };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Three heartbeats a session: one that is lost costs no partitions. */
function consumerTuning({ sessionTimeoutMs }: ServerConfig): ConsumerTuning {
  return { sessionTimeoutMs, heartbeatMs: Math.min(HEARTBEAT_MS, Math.floor(sessionTimeoutMs / 3)) };
}

/** How many partitions each has; asked once, and all of them, since a fold under other settings cannot be taken back. */
async function checkedTopics(config: ServerConfig, logger: Logger): Promise<ReadonlyMap<TopicName, number>> {
  const admin = new KafkaAdmin(connectionOf(config.kafka, `tornaconto-topics-${hostname()}`, logWriter(logger)));
  try {
    return await assertTopics(admin, config);
  } finally {
    await admin.close();
  }
}
