/**
 * Port: the log. Topics of partitions of records with offsets and timestamps, as Kafka has them.
 *
 * Offsets are numbers (below 2^53). Every method rejects with a LogError; its remedy says what a caller may do.
 */

export interface LogRecord {
  readonly offset: number;
  /** The broker's append time or the producer's create time, by the topic's configuration; ms since the epoch. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers | null;
}

export type Headers = Readonly<Record<string, string>>;

export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Taken by topics with CreateTime only; absent = now. */
  readonly timestampMs?: number;
  readonly headers?: Headers;
}

export interface Append {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
}

export interface Appended {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
  /** The broker's clock at the append, for topics with LogAppendTime; null for the others. */
  readonly appendTimeMs: number | null;
}

export interface Watermarks {
  /** The first offset still there. */
  readonly start: number;
  /** The offset that the next record will get. */
  readonly high: number;
  /** Set where it may stand still while records wait behind it: too few replicas are in sync. It is no end then. */
  readonly stalled?: true;
}

/** Writes. Records of one partition are appended in the order of the calls. */
export interface Producer {
  /** Resolves when all are acknowledged by all in-sync replicas. After a rejection any part may be there. */
  append(appends: readonly Append[]): Promise<readonly Appended[]>;
}

/** Reads outside any group: verify, export, receipts, closures, fingerprints. */
export interface LogReader {
  /** Of every partition, by index, as they are now. */
  watermarks(topic: string): Promise<readonly Watermarks[]>;
  /** Records of `[fromOffset, toOffset)` in order, in batches; ends when `toOffset` is reached. */
  range(topic: string, partition: number, fromOffset: number, toOffset: number): AsyncIterable<readonly LogRecord[]>;
}

/** A group's subscription to one topic; each partition belongs to one member at a time, but for zombies. */
export interface Source {
  readonly topic: string;
  /** Joins the group. Resolves when joined; deliveries then come one at a time a partition. */
  start(listener: SourceListener): Promise<void>;
  /** No batch is delivered from a paused partition. */
  pause(partition: number): void;
  /** Continues from `offset`: records fetched earlier from elsewhere are never delivered. */
  resumeAt(partition: number, offset: number): void;
  /** A copy of the position for lag tools; correctness never rests on it. */
  commit(partition: number, offset: number): Promise<void>;
  /** Waits for the batches under way, leaves the group. */
  stop(): Promise<void>;
}

export interface SourceListener {
  /** It has joined the group. These are all its partitions now (none, when others have them), paused until `resumeAt`. */
  assigned(partitions: readonly number[]): void;
  /** It is no longer in the group, and these, all that it had, are no longer its own. Told also when it had none. */
  revoked(partitions: readonly number[]): void;
  /** Handles the records, resolves with the offset to continue from. A rejection is a fault of the process. */
  batch(batch: Batch): Promise<number>;
  /** The subscription has ended by itself and cannot continue: the process must stop. */
  crashed(cause: Error): void;
}

export interface Batch {
  readonly partition: number;
  /** The offset the fetch asked for; the first record may lie behind it (control records, compaction). */
  readonly fetchedFrom: number;
  /** Never empty. */
  readonly records: readonly LogRecord[];
  readonly highWatermark: number;
  /** Whether the broker set the timestamps (LogAppendTime). */
  readonly brokerTime: boolean;
  /** To be called between chunks of long work, so that the member is not taken for dead. */
  heartbeat(): Promise<void>;
}

/** All of it: what an adapter provides. */
export interface Log {
  readonly producer: Producer;
  readonly reader: LogReader;
  subscribe(topic: string, group: string): Source;
}

export const LOG_ERROR_CODES = {
  /** The brokers cannot be reached or are busy; nothing is known of what was sent. Remedy: again, later. */
  unavailable: 'retry',
  /** Records of the range asked for are no longer there, or not yet. Remedy: none; somebody must look. */
  'out-of-range': 'stop',
  /** There is no such topic or partition. */
  'no-such-partition': 'stop',
  /** A record larger than the topic takes. */
  'too-large': 'stop',
  /** The brokers refuse the client's credentials or rights. */
  unauthorised: 'stop',
  /** The brokers refuse what was asked for, and will again: a timestamp out of bounds, a policy, a version. */
  refused: 'stop',
} as const;

export type LogErrorCode = keyof typeof LOG_ERROR_CODES;

export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  readonly remedy: 'retry' | 'stop';

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = LOG_ERROR_CODES[code];
  }
}
