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

  /** Makes the topic anew, with the same partitions and settings, some time after it was deleted. */
  async replace(topic: string, awayMs: number): Promise<void> {
    const { topics: [old] } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
    const configEntries = await this.#settingsOf(topic);
    await this.#admin.deleteTopics({ topics: [topic] });
    await sleep(awayMs);
    const wanted = { topic, numPartitions: old!.partitions.length, replicationFactor: 1, configEntries };
    const deadlineMs = performance.now() + GONE_MS_MAX;
    while (!await this.#admin.createTopics({ topics: [wanted], waitForLeaders: false })) {
      if (performance.now() > deadlineMs) throw new Error(`${topic} cannot be made anew`);
      await sleep(10);
    }
  }

  /** Deletes all records there are: the log begins where it ends. */
  async truncate(topic: string): Promise<void> {
    const marks = await this.#admin.fetchTopicOffsets(topic);
    await this.#admin.deleteTopicRecords({ topic, partitions: marks.map(({ partition, high }) => ({ partition, offset: high })) });
  }

  /** Kafka's request replaces all settings of the topic: the others are said again. */
  async configure(topic: string, name: string, value: string): Promise<void> {
    const settings = (await this.#settingsOf(topic)).filter((setting) => setting.name !== name);
    await this.#admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [...settings, { name, value }] }],
    });
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }

  /** The topic's own settings, without the brokers' defaults. */
  async #settingsOf(topic: string): Promise<{ name: string; value: string }[]> {
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    return resources[0]!.configEntries
      .filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
  }
}
