/**
 * The fingerprint of a log record: kept beside a position, it tells on the next claim whether the log is still the one
 * that was folded.
 */
import { createHash } from 'node:crypto';
import type { LogRecord } from '../ports/log.ts';

export const FINGERPRINT_BYTES = 16;

export function fingerprintOf(record: LogRecord): Buffer {
  const head = Buffer.alloc(24);
  head.writeDoubleBE(record.offset, 0);
  head.writeDoubleBE(record.timestampMs, 8);
  // Lengths with a place for null, so that no two records share one input.
  head.writeInt32BE(record.key?.length ?? -1, 16);
  head.writeInt32BE(record.value?.length ?? -1, 20);
  const hash = createHash('sha256').update(head);
  if (record.key) hash.update(record.key);
  if (record.value) hash.update(record.value);
  return hash.digest().subarray(0, FINGERPRINT_BYTES);
}
