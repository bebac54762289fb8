/**
 * Sends a shard's side outputs, conflicts and adjustments, and then forgets them: at least once, by deterministic ids.
 */
import { adjustmentId } from '../programme/ids.ts';
import type { AdjustmentDue, SideOutput } from '../ports/citizen-totals.ts';
import type { Append, LogRecord, OutgoingRecord } from '../ports/log.ts';
import type { TopicName } from '../topology/names.ts';
import { partitionOf } from '../topology/partition-of.ts';
import type { Context } from './context.ts';
import { quarantined, quarantineRecord, sourcePosition } from './quarantine.ts';
import { recordsAt } from './records-at.ts';

const OUTPUTS_MAX = 500;

export class Outbox {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async drain(shard: number): Promise<void> {
    const { citizens, producer } = this.#context;
    for (;;) {
      const outputs = await citizens.outbox(shard, OUTPUTS_MAX);
      if (outputs.length === 0) return;
      await producer.append([...await this.#conflicts(outputs), ...this.#adjustments(outputs)]);
      await citizens.trimOutbox(shard, outputs.at(-1)!.serial);
    }
  }

  /** The record itself says where it came from, as long as it is retained; a record of another time is another one. */
  async #conflicts(outputs: readonly SideOutput[]): Promise<Append[]> {
    const { topic, serdes } = this.#context;
    const conflicts = outputs.flatMap(({ output }) => output.kind === 'conflict' ? [output] : []);
    const records = await recordsAt(this.#context, conflicts);
    return conflicts.map(({ sourcePartition, sourceOffset, arrivalMs }, i) => {
      const record = records[i]?.timestampMs === arrivalMs ? records[i] : unknownRecord(sourceOffset, arrivalMs);
      const value = quarantined(topic('card-transactions'), sourcePartition, record, { reason: 'conflict' });
      return this.#appendOf('quarantine', quarantineRecord(value, serdes.quarantined));
    });
  }

  #adjustments(outputs: readonly SideOutput[]): Append[] {
    return outputs.flatMap(({ output }) => output.kind === 'conflict' ? [] : [this.#appendOf('adjustments', this.#adjustment(output))]);
  }

  #appendOf(name: TopicName, record: OutgoingRecord): Append {
    const { topic, partitions } = this.#context;
    return { topic: topic(name), partition: partitionOf(record.key!, partitions(name)), records: [record] };
  }

  #adjustment({ citizenId, periodId, amountCents, cause }: AdjustmentDue): OutgoingRecord {
    const { topic, serdes, programme: { programme } } = this.#context;
    const position = sourcePosition(topic('card-transactions'), cause.sourcePartition, cause.sourceOffset);
    return {
      key: Buffer.from(citizenId),
      value: serdes.adjustment.encode({
        adjustmentId: adjustmentId(programme, periodId, citizenId, position),
        programme, period: periodId, citizenId, amount: amountCents, arrival: cause.arrivalMs,
      }),
    };
  }
}

function unknownRecord(offset: number, timestampMs: number): LogRecord {
  return { offset, timestampMs, key: null, value: null, headers: null };
}
