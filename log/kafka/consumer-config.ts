/**
 * The consumers' settings: measured where they are about speed, and each with its reason.
 */
import type { ConsumerConfig } from 'kafkajs';
import { RETRY } from './connection.ts';

/** Defaults suit the processor; readers of ranges and tests take others. */
export interface ConsumerTuning {
  /** The broker waits for so much, or for `maxWaitMs`: a fifth of a core at 1,200 records a second, for 35 ms more. */
  readonly minBytes?: number;
  readonly maxWaitMs?: number;
  /** At 128 KiB the broker's cost is four times as high. */
  readonly maxBytesPerPartition?: number;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly heartbeatMs?: number;
}

/** More than any member's partitions: a batch that waits for a worker would wait for another partition's handler. */
export const PARTITIONS_CONCURRENTLY = 64;

const METADATA_MAX_AGE_MS = 60_000;

/** @param running whether a crash that time may heal is to be followed by a restart */
export function consumerConfig(groupId: string, tuning: ConsumerTuning, running: () => boolean): ConsumerConfig {
  return {
    groupId,
    // Transactional producers are not allowed; were one there, its records must not be held back in silence.
    readUncommitted: true,
    allowAutoTopicCreation: false,
    minBytes: tuning.minBytes ?? 64 * 1024,
    maxWaitTimeInMs: tuning.maxWaitMs ?? 25,
    maxBytesPerPartition: tuning.maxBytesPerPartition ?? 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
    sessionTimeout: tuning.sessionTimeoutMs ?? 30_000,
    rebalanceTimeout: tuning.rebalanceTimeoutMs ?? 60_000,
    heartbeatInterval: tuning.heartbeatMs ?? 3_000,
    // New partitions of card-transactions are noticed so late.
    metadataMaxAge: METADATA_MAX_AGE_MS,
    retry: { ...RETRY, restartOnFailure: () => Promise.resolve(running()) },
  };
}
