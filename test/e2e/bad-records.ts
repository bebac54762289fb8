/** Records as no publisher of ours makes them, and what must become of each. */
import type { Append } from '../../ports/log.ts';
import type { Context } from '../../processors/context.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { ENROLMENT, frame, TRANSACTION } from '../schemas/samples.ts';

/** A card number that a mistaken producer has put everywhere: no log line and no topic may repeat it. */
export const CARD_NUMBER = '4111111111111111';
/** Larger than the batches and fetches that we ask for ourselves. */
export const LARGE_BYTES = 3_000_000;
const UNKNOWN_SCHEMA = 2_000_000_000;

export interface BadRecord {
  readonly append: Append;
  readonly reason: string;
  readonly field: string;
}

export function badRecords({ serdes, topic, partitions }: Context): BadRecord[] {
  const key = TRANSACTION.value.hashPan;
  const bad = (name: 'card-transactions' | 'card-enrolments', partition: number, reason: string, field: string, record: { key?: Buffer; value: Buffer | null }): BadRecord =>
    ({ append: { topic: topic(name), partition, records: [{ key, ...record }] }, reason, field });
  const transaction = bad.bind(null, 'card-transactions', 0);
  const shards = partitions('card-enrolments');
  const misplaced = (partitionOf(ENROLMENT.value.hashPan, shards) + 1) % shards;
  const enrolment = { ...ENROLMENT.value, at: TRANSACTION.value.trxDate };
  return [
    transaction('undecodable', '', { value: Buffer.from(`{"pan":"${CARD_NUMBER}"}`) }),
    transaction('undecodable', '', { value: null }),
    transaction('undecodable', '', { value: frame(UNKNOWN_SCHEMA, Buffer.from(CARD_NUMBER)) }),
    transaction('undecodable', '', { value: frame(serdes.transaction.schemaId, Buffer.from(CARD_NUMBER)) }),
    transaction('malformed', 'key', { value: serdes.transaction.encode(TRANSACTION.value), key: Buffer.from(CARD_NUMBER) }),
    transaction('malformed', 'acquirerCode', { value: serdes.transaction.encode({ ...TRANSACTION.value, acquirerCode: CARD_NUMBER }) }),
    transaction('malformed', 'idTrxAcquirer', { value: serdes.transaction.encode({ ...TRANSACTION.value, idTrxAcquirer: '4'.repeat(LARGE_BYTES) }) }),
    bad('card-enrolments', misplaced, 'misplaced', '', { value: serdes.enrolment.encode(enrolment) }),
    bad('card-enrolments', 0, 'undecodable', '', { value: Buffer.from(CARD_NUMBER) }),
  ];
}
