/** What operators and accidents do to topics, and no command of ours can. */
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';

const GONE_MS_MAX = 30_000;

export class TopicSurgery {
  readonly #admin: Admin;

  private constructor(admin: Admin) {
    this.#admin = admin;
  }

  static async open(brokers: readonly string[]): Promise<TopicSurgery> {
    const admin = new kafkajs.Kafka({ brokers: [...brokers], clientId: 'surgery', logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    return new TopicSurgery(admin);
  }

  /** Deletes the topic; resolves when nobody sees it any more. */
  async remove(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] });
    const deadlineMs = performance.now() + GONE_MS_MAX;
    while ((await this.#admin.listTopics()).includes(topic)) {
      if (performance.now() > deadlineMs) throw new Error(`${topic} is still there`);
      await sleep(50);
    }
  }

  /** Deletes all records there are: the log begins where it ends. */
  async truncate(topic: string): Promise<void> {
    const marks = await this.#admin.fetchTopicOffsets(topic);
    await this.#admin.deleteTopicRecords({ topic, partitions: marks.map(({ partition, high }) => ({ partition, offset: high })) });
  }

  /** Kafka's request replaces all settings of the topic: the others are said again. */
  async configure(topic: string, name: string, value: string): Promise<void> {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
    const { resources } = await this.#admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
    const set = resources[0]!.configEntries.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG);
    const configEntries = [...set.filter((entry) => entry.configName !== name).map((entry) => ({ name: entry.configName, value: entry.configValue })), { name, value }];
    await this.#admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }
}
