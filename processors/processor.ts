/**
 * A processor: record in, effects out. It sees ports only; a task (runtime/task.ts) owns a partition and calls it.
 */
import type { LogRecord } from '../ports/log.ts';
import type { Standing } from '../ports/store.ts';
import type { Role, TopicName } from '../topology/names.ts';

/** What came of a run of records. Whatever its kind, everything below `position` is done and safe. */
export type Progress =
  | { readonly kind: 'advanced'; readonly position: number }
  /** The store stands elsewhere (another process, or a rollback): go there. */
  | { readonly kind: 'moved'; readonly position: number }
  /** The record at `position` cannot be judged yet: what it waits for, for people. */
  | { readonly kind: 'waiting'; readonly position: number; readonly reason: string };

export interface Processor {
  readonly role: Role;
  readonly source: TopicName;
  /**
   * Takes the partition over: checks its state and says where its fold stands.
   * @throws StoreError, LogError; remedy in the error
   */
  claim(partition: number): Promise<Standing>;
  /** Handles records that were fetched from `position` on, in order. */
  process(partition: number, position: number, records: readonly LogRecord[], heartbeat: () => Promise<void>): Promise<Progress>;
  /** About once a second, between batches, also when idle. Answers where the store stands. */
  punctuate(partition: number, position: number): Promise<number>;
}

/** Counts, for metrics and for the numbers that must add up. */
export interface Telemetry {
  count(role: Role, outcome: string, records: number): void;
  /** A record of this acquirer arrived then: freshness. */
  arrived(acquirer: string, arrivalMs: number): void;
  /** Something that the protocol excludes has happened, and was handled: somebody should look. */
  alarm(role: Role, what: string, where: { readonly partition: number; readonly offset?: number }): void;
}

export const PROCESSING_ERROR_CODES = {
  /** A topic's timestamps are not what ARRIVAL says. */
  'timestamp-type': 'stop',
  /** Records are missing between the position and the first record fetched from there. */
  gap: 'stop',
  /** The topic is not the one that was folded: truncated, regrown or recreated. */
  'other-log': 'stop',
  /** An internal record that this software did not write, or in the wrong partition. */
  'bad-ledger': 'stop',
  /** A ledger record or marker was made under other rules than this process has. */
  'other-rules': 'stop',
  /** What was paid or announced already differs from what would be now. */
  'other-payout': 'stop',
  /** Sums that must be equal are not. */
  'sums-differ': 'stop',
} as const;

export type ProcessingErrorCode = keyof typeof PROCESSING_ERROR_CODES;

export class ProcessingError extends Error {
  override readonly name = 'ProcessingError';
  readonly code: ProcessingErrorCode;
  readonly remedy = 'stop' as const;

  constructor(code: ProcessingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
