/**
 * Topics as the brokers have them, for `tornaconto topics`: described, created, given more partitions. Nothing that is
 * there is altered otherwise: what differs is for people to decide.
 */
import kafkajs from 'kafkajs';
import type { Admin, ITopicConfig } from 'kafkajs';
import { AdminClient } from './admin-client.ts';
import type { KafkaConnection } from './connection.ts';

export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  /** Of the partition that has the fewest replicas. */
  readonly replicationFactor: number;
  /** All effective settings, the brokers' defaults among them, by Kafka's names; sensitive ones are left out. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  /** Absent: the brokers' default. */
  readonly replicationFactor?: number;
  readonly configs: Readonly<Record<string, string>>;
}

const BROKER_DEFAULT = -1;
const TIMEOUT_MS = 15_000;
const LEADERS_POLL_MS = 50;

export class KafkaAdmin {
  readonly #client: AdminClient;

  constructor(connection: KafkaConnection) {
    this.#client = new AdminClient(connection);
  }

  /** How many brokers the cluster has: what a replication factor can be at most. */
  async brokerCount(): Promise<number> {
    const { brokers } = await this.#client.call('describing the cluster', (admin) => admin.describeCluster());
    return brokers.length;
  }

  /**
   * What a topic gets that is made without one; null where the brokers do not tell.
   * @throws LogError unauthorised, where they may not be asked
   */
  async defaultReplicationFactor(): Promise<number | null> {
    return this.#client.call('reading default.replication.factor (REPLICATION_FACTOR, where set, stands for it)', async (admin) => {
      const { controller, brokers: [first] } = await admin.describeCluster();
      const { resources: [broker] } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: String(controller ?? first!.nodeId), configNames: ['default.replication.factor'] }],
      });
      const factor = Number(configsOf(broker?.configEntries ?? [])['default.replication.factor'] ?? NaN);
      return Number.isSafeInteger(factor) && factor > 0 ? factor : null;
    });
  }

  /** Those of the names that exist. */
  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#client.call('describing topics', async (admin) => {
      // Asked for one that is not there, the library fails without saying so: all are listed first.
      const existing = new Set(await admin.listTopics());
      const wanted = names.filter((name) => existing.has(name));
      if (wanted.length === 0) return new Map<string, TopicDescription>();
      const { topics } = await admin.fetchTopicMetadata({ topics: wanted });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: wanted.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
      });
      return new Map(topics.map(({ name, partitions }) => [name, {
        name,
        partitions: partitions.length,
        replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        configs: configsOf(resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []),
      }]));
    });
  }

  /**
   * Creates those that do not exist, and waits until they can be written to.
   * @returns the names of those created; another process may create the rest at the same moment
   * @throws LogError refused, when the brokers do not take a setting, a count of partitions or of replicas
   */
  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    const created: string[] = [];
    for (const topic of topics) {
      // One at a time: of several in a call, one that exists makes the answers of the others unreadable.
      // The library's own waiting for leaders fails where a broker has not heard of the topic yet.
      const isNew = await this.#client.call(`creating ${topic.name}`, (admin) => admin.createTopics({
        topics: [configOf(topic)], waitForLeaders: false, timeout: TIMEOUT_MS }));
      if (isNew) created.push(topic.name);
    }
    for (const { name, partitions } of topics) await this.#awaitLeaders(name, partitions);
    return created;
  }

  /**
   * Raises a topic's count of partitions. The keys of later records go elsewhere: only for topics whose contract says
   * that they may grow.
   * @throws LogError refused, when it has as many or more
   */
  async createPartitions(topic: string, partitions: number): Promise<void> {
    await this.#client.call(`creating partitions of ${topic}`, (admin) => admin.createPartitions({
      topicPartitions: [{ topic, count: partitions }], timeout: TIMEOUT_MS }));
    await this.#awaitLeaders(topic, partitions);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Until the brokers know the topic, and all its partitions can be written to. */
  async #awaitLeaders(topic: string, partitions: number): Promise<void> {
    await this.#client.call(`waiting for the leaders of ${topic}`, async (admin) => {
      const deadlineMs = performance.now() + TIMEOUT_MS;
      while (!await hasLeaders(admin, topic, partitions)) {
        if (performance.now() > deadlineMs) throw new Error('some partitions have none');
        await new Promise((resolve) => setTimeout(resolve, LEADERS_POLL_MS));
      }
    });
  }
}

async function hasLeaders(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    const { topics: [found] } = await admin.fetchTopicMetadata({ topics: [topic] });
    return found !== undefined && found.partitions.length >= partitions && found.partitions.every(({ leader }) => leader >= 0);
  } catch {
    return false; // Asked too early, the library fails on a null.
  }
}

function configOf({ name, partitions, replicationFactor, configs }: NewTopic): ITopicConfig {
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: replicationFactor ?? BROKER_DEFAULT,
    configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  };
}

interface ConfigEntry {
  readonly configName: string;
  readonly configValue: string;
  readonly isSensitive: boolean;
}

function configsOf(entries: readonly ConfigEntry[]): Record<string, string> {
  return Object.fromEntries(entries.filter(({ isSensitive }) => !isSensitive).map((entry) => [entry.configName, entry.configValue]));
}
