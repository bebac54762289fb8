/**
 * Sends a shard's side outputs, conflicts and adjustments, and then forgets them: at least once, by deterministic ids.
 */
import { adjustmentId } from '../programme/ids.ts';
import type { AdjustmentDue, Conflict, SideOutput } from '../ports/citizen-totals.ts';
import type { Append, OutgoingRecord } from '../ports/log.ts';
import { partitionOf } from '../topology/partition-of.ts';
import type { Context } from './context.ts';
import { quarantineRecord, sourcePosition } from './quarantine.ts';

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
      await producer.append(outputs.map((output) => this.#appendOf(output)));
      await citizens.trimOutbox(shard, outputs.at(-1)!.serial);
    }
  }

  #appendOf({ output }: SideOutput): Append {
    const { topic, partitions } = this.#context;
    const [name, record] = output.kind === 'conflict'
      ? ['quarantine', this.#conflict(output)] as const
      : ['adjustments', this.#adjustment(output)] as const;
    return { topic: topic(name), partition: partitionOf(record.key!, partitions(name)), records: [record] };
  }

  #conflict({ sourcePartition, sourceOffset, arrivalMs, source, schemaId }: Conflict): OutgoingRecord {
    const { topic, serdes } = this.#context;
    return quarantineRecord({
      topic: topic('card-transactions'), partition: sourcePartition, offset: sourceOffset, arrival: arrivalMs,
      reason: 'conflict', field: null, schemaId, source,
    }, serdes.quarantined);
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
