/**
 * Every difference between a topic as it is on the brokers and as it has to be.
 */
import type { TopicConfig } from './topic-config.ts';

/** A topic as the brokers describe it. */
export interface ActualTopic {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Effective values, the brokers' defaults among them. */
  readonly configs: Readonly<Record<string, string>>;
}

/** Acknowledged by fewer than two of three, a record is lost with one broker. */
const SAFE_REPLICAS = 3;
const SAFE_IN_SYNC_MIN = 2;

/** In words, each naming what is, and what has to be; empty = none. */
export function differencesOf(config: TopicConfig, actual: ActualTopic): string[] {
  const { min, max } = config.partitions;
  const differences: string[] = [];
  if (actual.partitions < min || actual.partitions > max) {
    differences.push(`has ${actual.partitions} partitions, must have ${min === max ? '' : 'at least '}${min}`);
  }
  for (const [key, wanted] of Object.entries(config.asserted)) {
    const is = actual.configs[key];
    if (is !== wanted) differences.push(`${key} is ${is ?? 'not told by the brokers'}, must be ${wanted}`);
  }
  const inSyncMin = Number(actual.configs['min.insync.replicas'] ?? 1);
  if (actual.replicationFactor >= SAFE_REPLICAS && inSyncMin < SAFE_IN_SYNC_MIN) {
    differences.push(`min.insync.replicas is ${inSyncMin}, must be at least ${SAFE_IN_SYNC_MIN} with ${actual.replicationFactor} replicas`);
  }
  return differences;
}
