/**
 * The floor: a process that fetches the backlog through the processor's own client and settings, and decodes each record.
 * No software on this client can take less. Started by bench/engine.ts; prints one line of JSON.
 *
 *     node bench/engine/floor.ts BROKERS TOPIC RECORDS
 */
import { KafkaLog } from '../../log/kafka/kafka-log.ts';
import type { Batch, SourceListener } from '../../ports/log.ts';
import { CardTransactionReader, OK } from '../../schemas/card-transaction-reader.ts';
import { FRAME_BYTES } from '../../schemas/frame.ts';

const [brokers, topic, records] = process.argv.slice(2) as [string, string, string];
const log = new KafkaLog({ brokers: brokers.split(','), clientId: 'tornaconto-bench-floor' });
const source = log.subscribe(topic, `floor-${process.pid}`);
const reader = new CardTransactionReader();

class Counting implements SourceListener {
  left = Number(records);
  unreadable = 0;
  readonly done = Promise.withResolvers<void>();

  assigned(partitions: readonly number[]): void {
    for (const partition of partitions) source.resumeAt(partition, 0);
  }

  revoked = () => undefined;

  crashed(cause: Error): void {
    this.done.reject(cause);
  }

  async batch(batch: Batch): Promise<number> {
    for (const { value } of batch.records) {
      if (value === null || reader.read(value, FRAME_BYTES, value.length) !== OK) this.unreadable++;
    }
    this.left -= batch.records.length;
    if (this.left === 0) this.done.resolve();
    return batch.records.at(-1)!.offset + 1;
  }
}

const counting = new Counting();
const before = process.cpuUsage();
await source.start(counting);
await counting.done.promise;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuUs: (user + system) / Number(records), unreadable: counting.unreadable }));
await source.stop();
await log.close();
