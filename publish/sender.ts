/**
 * Sends chunks of records, each once, in order; when an append fails it looks what of it has arrived.
 *
 * One chunk at a time: so what is unknown after a failure is one chunk, and records of a partition keep their order.
 */
import type { Append, LogReader, OutgoingRecord, Producer } from '../ports/log.ts';
import { readBackFrom } from './read-back.ts';
import { retrying, type Retrying } from './retry.ts';
import { sourceOf, SOURCE_HEADER } from './source-header.ts';

/** Worth its round trip; half of it made no difference. What a kill can leave unknown is no more than this. */
const CHUNK_RECORDS_MAX = 8_192;
const CHUNK_BYTES_MAX = 4_000_000;

/** Records that go together, by partition, and how many are whose. */
export class Chunk<Owner> {
  readonly records: OutgoingRecord[][];
  readonly counts = new Map<Owner, number>();
  #count = 0;
  #bytes = 0;

  readonly #recordsMax: number;

  constructor(partitions: number, recordsMax = CHUNK_RECORDS_MAX) {
    this.#recordsMax = recordsMax;
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
    return this.#count >= this.#recordsMax || this.#bytes >= CHUNK_BYTES_MAX;
  }
}

export interface SenderOptions extends Retrying {
  readonly producer: Producer;
  readonly reader: LogReader;
  readonly topic: string;
  /** Up to where each partition is known: from there on is looked for what a failed append has left. */
  readonly known: readonly number[];
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
    let left = records;
    await retrying(this.#options, async (before) => {
      if (before > 0) left = withoutThose(left, await this.#arrived());
      const appends = this.#appendsOf(left);
      if (appends.length === 0) return;
      const appended = await this.#options.producer.append(appends);
      for (const [i, { partition, baseOffset }] of appended.entries()) this.#known[partition] = baseOffset + appends[i]!.records.length;
    });
  }

  /** What a failed append has left, of ours and of others. */
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

function withoutThose(records: readonly OutgoingRecord[][], arrived: ReadonlySet<string>): OutgoingRecord[][] {
  return records.map((ofPartition) => ofPartition.filter(({ headers }) => !arrived.has(headers![SOURCE_HEADER]!)));
}
