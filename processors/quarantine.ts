/**
 * Quarantined records: where they stand in the source and why, never what they hold.
 */
import type { LogRecord, OutgoingRecord } from '../ports/log.ts';
import type { QuarantineReason } from '../programme/outcome.ts';
import { peekSchemaId } from '../schemas/frame.ts';
import type { Quarantined } from '../schemas/generated/types.ts';
import type { Serde } from '../schemas/serde.ts';
import { tellableSource } from './source-header.ts';

export interface Refusal {
  readonly reason: QuarantineReason;
  readonly field?: string | null;
}

export function quarantined(topic: string, partition: number, record: LogRecord, refusal: Refusal): Quarantined {
  return {
    topic,
    partition,
    offset: record.offset,
    arrival: record.timestampMs,
    reason: refusal.reason,
    field: refusal.field ?? null,
    schemaId: peekSchemaId(record.value),
    source: tellableSource(record),
  };
}

export function sourcePosition(topic: string, partition: number, offset: number): string {
  return `${topic}/${partition}/${offset}`;
}

export function quarantineRecord(value: Quarantined, serde: Serde<Quarantined>): OutgoingRecord {
  return {
    key: Buffer.from(sourcePosition(value.topic, value.partition, value.offset)),
    value: serde.encode(value),
    timestampMs: value.arrival,
  };
}
