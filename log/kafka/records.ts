/**
 * Records to and from the client library's messages.
 */
import type { Batch as KafkaBatch, IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { Headers, LogRecord, OutgoingRecord } from '../../ports/log.ts';

/** Of a record batch's attributes; the library gives it with each message, its types do not say so. */
const LOG_APPEND_TIME = 1;

interface BatchContext {
  readonly timestampType: number;
}

export function toMessage(record: OutgoingRecord, partition: number): Message {
  const { key, value, timestampMs, headers } = record;
  return {
    key,
    value,
    partition,
    ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    ...(headers === undefined ? {} : { headers }),
  };
}

export function toRecords(messages: readonly KafkaMessage[]): LogRecord[] {
  return messages.map((message) => ({
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
  }));
}

/** Whether the broker set all timestamps: a topic's configuration can change between two record batches of one fetch. */
export function isBrokerTime(messages: readonly KafkaMessage[]): boolean {
  let seen: BatchContext | undefined;
  for (const message of messages) {
    const { batchContext } = message as { batchContext?: BatchContext };
    if (batchContext === undefined || batchContext !== seen && batchContext.timestampType !== LOG_APPEND_TIME) return false;
    seen = batchContext;
  }
  return true;
}

/** The offset that the fetch asked for; the library's types leave it out. */
export function fetchedOffsetOf(batch: KafkaBatch): number {
  const { fetchedOffset } = batch as unknown as { fetchedOffset: string | undefined };
  const offset = Number(fetchedOffset);
  if (fetchedOffset === undefined || !Number.isSafeInteger(offset)) throw new Error('the client gives no fetchedOffset');
  return offset;
}

/**
 * Kafka allows a header several times; the last one counts, as in its own clients' lastHeader. It allows null as a
 * value, which the library's types do not say: as good as no header.
 */
function toHeaders(headers: IHeaders | undefined): Headers | null {
  let result: Record<string, string> | null = null;
  for (const name in headers) {
    const given: IHeaders[string] | null = headers[name];
    const last = (Array.isArray(given) ? given.at(-1) : given) as Buffer | string | null | undefined;
    if (last !== undefined && last !== null) (result ??= {})[name] = last.toString();
  }
  return result;
}
