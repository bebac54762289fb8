import type { KafkaMessage } from 'kafkajs';
import { expect, test } from 'vitest';
import { toRecords } from '../../../log/kafka/records.ts';

const message = (headers: unknown): KafkaMessage => ({
  offset: '7', timestamp: '1600000000000', key: Buffer.from('k'), value: null, headers,
} as KafkaMessage);
const headersOf = (headers: unknown): unknown => toRecords([message(headers)])[0]!.headers;

test('a message becomes a record', () => {
  expect(toRecords([message(undefined)])).toEqual([
    { offset: 7, timestampMs: 1_600_000_000_000, key: Buffer.from('k'), value: null, headers: null },
  ]);
});

test('of a header given several times the last one counts', () => {
  expect(headersOf({ source: [Buffer.from('a:1'), Buffer.from('b:2')], other: Buffer.from('c') })).toEqual({ source: 'b:2', other: 'c' });
});

// Kafka allows it, tracing agents send it, and the library's types deny it.
test('a header whose value is null is as good as none', () => {
  expect(headersOf({ traceparent: null })).toBeNull();
  expect(headersOf({ traceparent: null, source: Buffer.from('a:1') })).toEqual({ source: 'a:1' });
  expect(headersOf({ source: [Buffer.from('a:1'), null] })).toBeNull();
});
