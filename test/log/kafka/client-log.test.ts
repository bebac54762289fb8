import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { clientLog } from '../../../log/kafka/client-log.ts';
import type { LogWriter } from '../../../log/kafka/client-log.ts';

function logged(message: string, extra: Record<string, unknown>, level = kafkajs.logLevel.ERROR): unknown[][] {
  const lines: unknown[][] = [];
  const write: LogWriter = (...line) => { lines.push(line); };
  clientLog(write)(level)({ namespace: 'Consumer', level, label: '', log: { timestamp: '', message, ...extra } });
  return lines;
}

test('named fields pass, and nothing that could quote a record', () => {
  const error = new Error('value 4111111111111111');
  expect(logged('Error when calling eachBatch', { topic: 't', partition: 3, offset: '17', stack: error.stack, error, payload: { value: 'x' } }))
    .toEqual([['warn', 'Error when calling eachBatch', { component: 'kafkajs.Consumer', topic: 't', partition: 3, offset: '17' }]]);
});

test('levels are ours', () => {
  expect(logged('x', {}, kafkajs.logLevel.WARN)[0]![0]).toBe('warn');
  expect(logged('x', {}, kafkajs.logLevel.DEBUG)[0]![0]).toBe('debug');
});

test('a warning that has its answer is not repeated with every producer', () => {
  expect(logged('Limiting retries for the idempotent producer may invalidate EoS guarantees', {}, kafkajs.logLevel.WARN)).toEqual([]);
});
