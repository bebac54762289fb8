import { expect, test } from 'vitest';
import { connectionOf } from '../../../log/kafka/connection.ts';
import type { KafkaEnvironment } from '../../../log/kafka/connection.ts';

const of = (environment: KafkaEnvironment): unknown => connectionOf(environment, 'tornaconto-test');
const KAFKA_BROKERS = 'one:9092, two:9093';

test('brokers, TLS and SASL from the environment', () => {
  expect(of({ KAFKA_BROKERS })).toEqual({ brokers: ['one:9092', 'two:9093'], clientId: 'tornaconto-test' });
  expect(of({ KAFKA_BROKERS, KAFKA_TLS_ENABLED: true })).toMatchObject({ tls: {} });
  expect(of({ KAFKA_BROKERS, KAFKA_TLS_ENABLED: true, KAFKA_TLS_CAFILEPATH: '/ca.pem' })).toMatchObject({ tls: { caFilePath: '/ca.pem' } });
  expect(of({ KAFKA_BROKERS, KAFKA_TLS_ENABLED: false, KAFKA_TLS_CAFILEPATH: '/ca.pem' })).not.toHaveProperty('tls');
  expect(of({ KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }))
    .toMatchObject({ sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' } });
});

test.for<[string, KafkaEnvironment]>([
  ['KAFKA_BROKERS', {}],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: ' , ' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'secret-host' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'one:9092,secret:65536' }],
  ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'secret' }],
  ['KAFKA_SASL_USERNAME', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_PASSWORD: 'secret' }],
  ['KAFKA_SASL_PASSWORD', { KAFKA_BROKERS, KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'secret' }],
])('what is wrong is named %s, and no value told', ([name, environment]) => {
  expect(() => of(environment)).toThrow(RangeError);
  expect(() => of(environment)).toThrow(name);
  expect(() => of(environment)).not.toThrow(/secret/);
});
