/**
 * Sends chunks of records, each once, in order; when an append fails it looks what of it has arrived.
 *
 * One chunk at a time: so what is unknown after a failure is one chunk, and records of a partition keep their order.
 */
import { LogError, type Append, type LogReader, type OutgoingRecord, type Producer } from '../ports/log.ts';
import { readBackFrom } from './read-back.ts';
import { sourceOf, SOURCE_HEADER } from './source-header.ts';

/** Per request and partition the producer sends at most 1,000 (its cost grows with their square). */
const CHUNK_RECORDS_MAX = 8_192;
const CHUNK_BYTES_MAX = 4_000_000;
/** Some two minutes in all, on top of the producer's own tries: longer outages end the command, which may be run again. */
const ATTEMPTS_MAX = 8;
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 10_000;

/** Records that go together, by partition, and how many are whose. */
export class Chunk<Owner> {
  readonly records: OutgoingRecord[][];
  readonly counts = new Map<Owner, number>();
  #count = 0;
  #bytes = 0;

  constructor(partitions: number) {
    this.records = Array.from({ length: partitions }, () => []);
  }

  add(owner: Owner, partition: number, record: OutgoingRecord): void {
    this.counts.set(owner, (this.counts.get(owner) ?? 0) + 1);
    this.records[partition]!.push(record);
    this.#count++;
    this.#bytes += record.value?.length ?? 0;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= CHUNK_RECORDS_MAX || this.#bytes >= CHUNK_BYTES_MAX;
  }
}

export interface SenderOptions {
  readonly producer: Producer;
  readonly reader: LogReader;
  readonly topic: string;
  /** Up to where each partition is known: from there on is looked for what a failed append has left. */
  readonly known: readonly number[];
  /** A fault that may pass; the chunk is tried again. */
  readonly onRetry: (error: Error) => void;
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #known: number[];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#known = [...options.known];
  }

  /** Resolves when all of the chunk is on the topic. @throws LogError */
  async send({ records }: Chunk<unknown>): Promise<void> {
    let appends = this.#appendsOf(records);
    for (let attempt = 1; appends.length > 0; attempt++) {
      try {
        for (const { partition, baseOffset, records } of await this.#append(appends)) {
          this.#known[partition] = baseOffset + records;
        }
        return;
      } catch (error) {
        if (!(error instanceof LogError) || error.remedy !== 'retry' || attempt === ATTEMPTS_MAX) throw error;
        this.#options.onRetry(error);
        appends = await this.#leftOf(appends, attempt);
      }
    }
  }

  async #append(appends: readonly Append[]): Promise<{ partition: number; baseOffset: number; records: number }[]> {
    const appended = await this.#options.producer.append(appends);
    return appended.map(({ partition, baseOffset }, i) => ({ partition, baseOffset, records: appends[i]!.records.length }));
  }

  /** What of the appends has not arrived, once the brokers can be asked. */
  async #leftOf(appends: readonly Append[], firstAttempt: number): Promise<Append[]> {
    for (let attempt = firstAttempt; ; attempt++) {
      await new Promise((resolve) => { setTimeout(resolve, Math.min(PAUSE_MS * 2 ** attempt, PAUSE_MS_MAX)); });
      try {
        const arrived = await this.#arrived();
        return this.#appendsOf(appends.reduce<OutgoingRecord[][]>((records, append) => {
          records[append.partition] = append.records.filter(({ headers }) => !arrived.has(headers![SOURCE_HEADER]!));
          return records;
        }, []));
      } catch (error) {
        if (!(error instanceof LogError) || error.remedy !== 'retry' || attempt >= ATTEMPTS_MAX) throw error;
        this.#options.onRetry(error);
      }
    }
  }

  async #arrived(): Promise<ReadonlySet<string>> {
    const arrived = new Set<string>();
    await readBackFrom(this.#known, { ...this.#options, isStopped: () => false, onProgress: () => undefined },
      ({ digest, line }) => { arrived.add(sourceOf(digest, line)); });
    return arrived;
  }

  #appendsOf(records: readonly (readonly OutgoingRecord[])[]): Append[] {
    const { topic } = this.#options;
    return records.flatMap((ofPartition, partition) => (ofPartition.length === 0 ? [] : [{ topic, partition, records: ofPartition }]));
  }
}
