/**
 * The topics as they are on the brokers, held against what they have to be. Nothing here alters anything.
 *
 * Source: contract, sections 2 (arrival) and 4. CARD_PARTITIONS and LEDGER_PARTITIONS count only when a topic is made;
 * of topics that exist, the topics themselves decide.
 */
import type { Config } from '../config/config.ts';
import type { KafkaAdmin, NewTopic, TopicDescription } from '../log/kafka/admin.ts';
import { differencesOf } from '../topology/differences.ts';
import { TOPIC_NAMES, topicName, type TopicName } from '../topology/names.ts';
import { topicConfig, type TopicConfig } from '../topology/topic-config.ts';
import { UsageError } from './exit.ts';

export type TopicsConfig = Pick<Config, 'topicPrefix' | 'arrival' | 'cardPartitions' | 'ledgerPartitions' | 'replicationFactor'>;

export interface TopicFinding {
  readonly topic: TopicName;
  /** With the prefix. */
  readonly name: string;
  readonly wanted: TopicConfig;
  /** Null: there is no such topic. */
  readonly actual: TopicDescription | null;
  /** In words; empty when it is right. */
  readonly differences: readonly string[];
  /** What mends them, for whoever may. */
  readonly commands: readonly string[];
}

/** Kept for ever, unless a programme says how long is enough. */
export const FOR_EVER_MS = -1;

/** @throws LogError */
export async function surveyTopics(
  admin: KafkaAdmin, config: TopicsConfig, transactionsRetentionMs = FOR_EVER_MS,
): Promise<readonly TopicFinding[]> {
  const names = TOPIC_NAMES.map((topic) => topicName(config.topicPrefix, topic));
  const described = await admin.describeTopics(names);
  const existing = Object.fromEntries(TOPIC_NAMES.flatMap((topic, i) => {
    const actual = described.get(names[i]!);
    return actual === undefined ? [] : [[topic, actual.partitions]];
  }));
  const settings = { ...config, existing, transactionsRetentionMs };
  return TOPIC_NAMES.map((topic, i) => findingOf(names[i]!, topicConfig(topic, settings), described.get(names[i]!) ?? null));
}

/**
 * What every command that reads or writes topics asks before it does.
 *
 * @param topics those that it uses
 * @returns how many partitions each has
 * @throws UsageError that names every difference; LogError
 */
export async function assertTopics(
  admin: KafkaAdmin, config: TopicsConfig, topics: readonly TopicName[] = TOPIC_NAMES,
): Promise<ReadonlyMap<TopicName, number>> {
  const findings = (await surveyTopics(admin, config)).filter(({ topic }) => topics.includes(topic));
  const problems = findings.flatMap(({ name, differences }) => differences.map((difference) => `  ${name} ${difference}`));
  if (problems.length > 0) {
    throw new UsageError(`the topics are not as they have to be:\n${problems.join('\n')}\n`
      + 'tornaconto topics shows what mends it; with --apply it makes what is missing');
  }
  return new Map(findings.map(({ topic, actual }) => [topic, actual!.partitions]));
}

/** A topic as it is to be made. */
export function newTopic({ name, wanted }: TopicFinding): NewTopic {
  return {
    name,
    partitions: wanted.partitions.made,
    ...(wanted.replicationFactor === null ? {} : { replicationFactor: wanted.replicationFactor }),
    configs: { ...wanted.asserted, ...wanted.initial },
  };
}

function findingOf(name: string, wanted: TopicConfig, actual: TopicDescription | null): TopicFinding {
  const finding = { topic: wanted.topic, name, wanted, actual };
  if (actual === null) return { ...finding, differences: ['does not exist'], commands: [] };
  const differences = differencesOf(wanted, actual);
  return { ...finding, differences, commands: differences.length === 0 ? [] : commandsOf(name, wanted, actual) };
}

/** What exists is for its operator to change: these are the words. */
function commandsOf(name: string, { partitions, asserted }: TopicConfig, actual: TopicDescription): string[] {
  const commands: string[] = [];
  const server = '--bootstrap-server "$KAFKA_BROKERS" --alter';
  if (actual.partitions < partitions.min) commands.push(`kafka-topics ${server} --topic ${name} --partitions ${partitions.min}`);
  if (actual.partitions > partitions.max) {
    commands.push(`# a topic cannot lose partitions: delete ${name} if nothing needs it, then tornaconto topics --apply`);
  }
  const settings = Object.entries(asserted).filter(([key, value]) => actual.configs[key] !== value);
  if (actual.replicationFactor >= SAFE_REPLICAS && Number(actual.configs['min.insync.replicas'] ?? 1) < SAFE_IN_SYNC) {
    settings.push(['min.insync.replicas', String(SAFE_IN_SYNC)]);
  }
  if (settings.length > 0) {
    const added = settings.map(([key, value]) => `${key}=${value}`).join(',');
    commands.push(`kafka-configs ${server} --entity-type topics --entity-name ${name} --add-config ${added}`);
  }
  return commands;
}

/** As topology/differences.ts has it. */
const SAFE_REPLICAS = 3;
const SAFE_IN_SYNC = 2;
