/**
 * What brokers are asked for when a topic is made, and what is asserted of it whenever this software starts.
 *
 * Source: contract, sections 2 (arrival) and 4 (retention). A topic that would let another clock decide, or lose
 * records that a rebuild needs, is refused at start.
 */
import type { TopicName } from './names.ts';
import { TOPICS, type PartitionsRule, type TopicSpec } from './topics.ts';

export interface TopicSettings {
  /** Who sets the timestamps of the input topics: see contract, section 2. */
  readonly arrival: 'broker' | 'producer';
  readonly cardPartitions: number;
  readonly ledgerPartitions: number;
  /** Partitions of topics that exist already: their counts stand, whatever the settings say. */
  readonly existing: Readonly<Partial<Record<TopicName, number>>>;
  /** Null = the brokers' default, whatever that is. */
  readonly replicationFactor: number | null;
  /** What card-transactions is made with: at least the longest period + grace + 60 days, or −1. */
  readonly transactionsRetentionMs: number;
}

export interface TopicConfig {
  readonly topic: TopicName;
  /** `made`: how many it is made with; it is right as long as it has from `min` to `max`. */
  readonly partitions: { readonly made: number; readonly min: number; readonly max: number };
  readonly replicationFactor: number | null;
  /** A topic with other values is refused. */
  readonly asserted: Readonly<Record<string, string>>;
  /** What it is made with beyond that; the operator may change these. */
  readonly initial: Readonly<Record<string, string>>;
}

/** The topic as it has to be under these settings. */
export function topicConfig(topic: TopicName, settings: TopicSettings): TopicConfig {
  const spec: TopicSpec = TOPICS[topic];
  const byProducer = spec.time === 'arrival' && settings.arrival === 'producer';
  return {
    topic,
    partitions: partitionsOf(spec.partitions, settings),
    replicationFactor: settings.replicationFactor,
    asserted: {
      'cleanup.policy': spec.cleanup,
      // An election of a replica that lags loses acknowledged records.
      'unclean.leader.election.enable': 'false',
      ...(spec.time === 'any' ? {} : { 'message.timestamp.type': byProducer ? 'CreateTime' : 'LogAppendTime' }),
      ...assertedRetention(spec, byProducer),
    },
    initial: {
      ...(spec.retention === 'operator' && !byProducer ? { 'retention.ms': String(settings.transactionsRetentionMs) } : {}),
      // Only closed segments are deleted, and a segment of ticks would stay open for a week.
      ...(typeof spec.retention === 'number' ? { 'segment.ms': String(spec.retention) } : {}),
      // Brokers refuse timestamps an hour ahead of them: by their own time no worker's clock stops its work.
      ...(spec.time === 'any' ? { 'message.timestamp.type': 'LogAppendTime' } : {}),
      // A loader's clock is whatever its files say.
      ...(byProducer ? { 'message.timestamp.after.max.ms': LONG_MAX } : {}),
      // Brokers unpack others' batches once, as they come: cheaper for us, and none grows beyond what a topic takes.
      ...(spec.role === 'input' ? { 'compression.type': 'uncompressed' } : {}),
      // With three replicas an acknowledged record survives the loss of any one.
      ...((settings.replicationFactor ?? 1) >= 3 ? { 'min.insync.replicas': '2' } : {}),
    },
  };
}

const LONG_MAX = '9223372036854775807';
/** Kept for ever: neither age nor size deletes; brokers may have a default for either. */
const FOR_EVER = { 'retention.ms': '-1', 'retention.bytes': '-1' } as const;

function assertedRetention(spec: TopicSpec, byProducer: boolean): Readonly<Record<string, string>> {
  // By a producer's clock history is old when it comes: any retention would delete it at once.
  if (spec.retention === 'for-ever' || byProducer) return FOR_EVER;
  return typeof spec.retention === 'number' ? { 'retention.ms': String(spec.retention) } : {};
}

function partitionsOf(rule: PartitionsRule, settings: TopicSettings): TopicConfig['partitions'] {
  switch (rule.rule) {
    case 'one': return { made: 1, min: 1, max: 1 };
    // That a fixed count has not changed, the store knows: it was made with it.
    case 'any': case 'fixed': return { made: madeWith(rule, settings), min: 1, max: Infinity };
    case 'equal': return { ...exactly(countOf(rule.to as TopicName, settings)) };
    case 'at-least': {
      const count = countOf(rule.of as TopicName, settings);
      return { made: count, min: count, max: Infinity };
    }
  }
}

function exactly(count: number): TopicConfig['partitions'] {
  return { made: count, min: count, max: count };
}

function madeWith(rule: Extract<PartitionsRule, { made: unknown }>, settings: TopicSettings): number {
  return rule.made === 'CARD_PARTITIONS' ? settings.cardPartitions : settings.ledgerPartitions;
}

/** How many partitions a topic has, or is made with. */
function countOf(topic: TopicName, settings: TopicSettings): number {
  return settings.existing[topic] ?? partitionsOf(TOPICS[topic].partitions, settings).made;
}
