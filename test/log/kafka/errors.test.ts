import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { toLogError } from '../../../log/kafka/errors.ts';
import { LogError } from '../../../ports/log.ts';

/** As the library throws what a broker answers, wrapped as its retries do. */
function answered(type: string, depth: number): Error {
  let error: Error = Object.assign(new Error(`broker says ${type}`), { name: 'KafkaJSProtocolError', type });
  for (let i = 0; i < depth; i++) error = Object.assign(new kafkajs.KafkaJSNonRetriableError(error), { cause: error });
  return error;
}

test.for([
  ['OFFSET_OUT_OF_RANGE', 'out-of-range', 'stop'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'no-such-partition', 'stop'],
  ['MESSAGE_TOO_LARGE', 'too-large', 'stop'],
  ['TOPIC_AUTHORIZATION_FAILED', 'unauthorised', 'stop'],
  ['INVALID_TIMESTAMP', 'refused', 'stop'],
  ['NOT_ENOUGH_REPLICAS', 'unavailable', 'retry'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'unavailable', 'retry'],
  ['toString', 'unavailable', 'retry'],
] as const)('%s is %s', ([type, code, remedy]) => {
  for (const depth of [0, 1, 3]) {
    const mapped = toLogError(answered(type, depth), 'append');
    expect(mapped).toBeInstanceOf(LogError);
    expect(mapped).toMatchObject({ code, remedy, message: `append: broker says ${type}` });
  }
});

test('a list of errors tells its first', () => {
  const list = Object.assign(new Error('Topic creation errors'), { errors: [answered('POLICY_VIOLATION', 0)] });
  expect(toLogError(list, 'creating t')).toMatchObject({ code: 'refused', message: 'creating t: broker says POLICY_VIOLATION' });
});

test('wrong credentials are no outage', () => {
  const error = Object.assign(new Error('SASL PLAIN authentication failed'), { name: 'KafkaJSSASLAuthenticationError' });
  expect(toLogError(new kafkajs.KafkaJSNumberOfRetriesExceeded(error, { retryCount: 1, retryTime: 1 }), 'append').code).toBe('unauthorised');
});

test('one of ours, thrown from within the library, keeps its code', () => {
  let error: Error = Object.assign(new LogError('refused', 'a batch'), { retriable: false });
  for (let i = 0; i < 2; i++) error = Object.assign(new kafkajs.KafkaJSNonRetriableError(error), { cause: error.cause ?? error });
  expect(toLogError(error, 'fetching')).toMatchObject({ code: 'refused', remedy: 'stop', message: 'fetching: a batch' });
});

test('what is mapped stays as it is; what is no error is unavailable; circles end', () => {
  const mapped = new LogError('too-large', 'x');
  expect(toLogError(mapped, 'append')).toBe(mapped);
  expect(toLogError('text', 'append').code).toBe('unavailable');
  expect(toLogError(null, 'append').code).toBe('unavailable');
  const circle = new Error('circle');
  circle.cause = circle;
  expect(toLogError(circle, 'append').code).toBe('unavailable');
});
