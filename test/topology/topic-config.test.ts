/**
 * What is asked of brokers, against the tables of the contract (section 4) and the design, typed out again here.
 */
import { describe, expect, it } from 'vitest';
import { SCHEMA_NAMES } from '../../schemas/schemas.ts';
import { differencesOf } from '../../topology/differences.ts';
import { TOPIC_NAMES, groupName, subjectName, topicName, type TopicName } from '../../topology/names.ts';
import { topicConfig, type TopicConfig, type TopicSettings } from '../../topology/topic-config.ts';
import { TOPICS } from '../../topology/topics.ts';

const DAYS_271_MS = 271 * 86_400_000;
const SETTINGS: TopicSettings = {
  arrival: 'broker', cardPartitions: 12, ledgerPartitions: 24, existing: {}, replicationFactor: null, transactionsRetentionMs: DAYS_271_MS,
};

type Row = readonly [TopicName, partitions: readonly [made: number, min: number, max: number], time: string | undefined, policy: string, retentionMs: string | undefined];

const BROKER: readonly Row[] = [
  ['card-transactions', [12, 1, Infinity], 'LogAppendTime', 'delete', undefined],
  ['card-enrolments', [12, 1, Infinity], 'LogAppendTime', 'delete', '-1'],
  ['citizen-ledger', [24, 1, Infinity], 'LogAppendTime', 'delete', '-1'],
  ['receipts', [12, 12, Infinity], undefined, 'delete', '-1'],
  ['clock', [1, 1, 1], 'LogAppendTime', 'delete', '3600000'],
  ['payouts', [24, 24, 24], undefined, 'delete', '-1'],
  ['period-closures', [1, 1, 1], undefined, 'delete', '-1'],
  ['adjustments', [24, 1, Infinity], undefined, 'delete', '-1'],
  ['citizen-totals', [24, 24, 24], undefined, 'compact', undefined],
  ['quarantine', [12, 1, Infinity], undefined, 'delete', '-1'],
];

const rowOf = ({ topic, partitions: { made, min, max }, asserted }: TopicConfig): Row =>
  [topic, [made, min, max], asserted['message.timestamp.type'], asserted['cleanup.policy']!, asserted['retention.ms']];

describe('topicConfig', () => {
  it('is as the tables say, when the broker sets the time', () => {
    expect(TOPIC_NAMES.map((topic) => rowOf(topicConfig(topic, SETTINGS)))).toEqual(BROKER);
  });

  it('with ARRIVAL=producer changes the input topics only: CreateTime, kept for ever, any timestamp', () => {
    const producer = TOPIC_NAMES.map((topic) => rowOf(topicConfig(topic, { ...SETTINGS, arrival: 'producer' })));
    expect(producer).toEqual(BROKER.map((row) => (row[0].startsWith('card-') ? [row[0], row[1], 'CreateTime', 'delete', '-1'] : row)));
    expect(topicConfig('card-transactions', { ...SETTINGS, arrival: 'producer' }).initial)
      .toEqual({ 'message.timestamp.after.max.ms': '9223372036854775807', 'compression.type': 'uncompressed' });
  });

  it('makes card-transactions with the retention asked for, and leaves it to the operator afterwards', () => {
    const config = topicConfig('card-transactions', SETTINGS);
    expect(config.initial).toEqual({ 'retention.ms': String(DAYS_271_MS), 'compression.type': 'uncompressed' });
    expect(Object.keys(config.asserted)).not.toContain('retention.ms');
  });

  it('keeps by neither age nor size what is kept for ever', () => {
    for (const topic of TOPIC_NAMES) {
      const { asserted } = topicConfig(topic, SETTINGS);
      expect([topic, asserted['retention.bytes']]).toEqual([topic, asserted['retention.ms'] === '-1' ? '-1' : undefined]);
    }
  });

  it('follows the counts of topics that exist, not the settings', () => {
    const settings = { ...SETTINGS, existing: { 'citizen-ledger': 7, 'card-transactions': 40 } };
    expect(topicConfig('payouts', settings).partitions).toEqual({ made: 7, min: 7, max: 7 });
    expect(topicConfig('citizen-totals', settings).partitions).toEqual({ made: 7, min: 7, max: 7 });
    expect(topicConfig('receipts', settings).partitions).toEqual({ made: 40, min: 40, max: Infinity });
  });

  it('makes input topics such that brokers unpack what others pack, and asserts nothing of it', () => {
    for (const topic of TOPIC_NAMES) {
      const { initial, asserted } = topicConfig(topic, SETTINGS);
      expect([topic, initial['compression.type']]).toEqual([topic, TOPICS[topic].role === 'input' ? 'uncompressed' : undefined]);
      expect(Object.keys(asserted)).not.toContain('compression.type');
    }
  });

  it('asks for two in-sync replicas where there are three', () => {
    expect(topicConfig('clock', { ...SETTINGS, replicationFactor: 3 }).initial['min.insync.replicas']).toBe('2');
    expect(topicConfig('clock', { ...SETTINGS, replicationFactor: 1 }).initial['min.insync.replicas']).toBeUndefined();
  });
});

describe('differencesOf', () => {
  const config = topicConfig('payouts', SETTINGS);
  const actual = { partitions: 24, replicationFactor: 3, configs: { ...config.asserted, 'min.insync.replicas': '2' } };

  it('is silent when all is as it has to be', () => { expect(differencesOf(config, actual)).toEqual([]); });

  it('names every difference', () => {
    const wrong = { partitions: 25, replicationFactor: 3, configs: { 'cleanup.policy': 'compact', 'retention.bytes': '-1', 'retention.ms': '-1' } };
    expect(differencesOf(config, wrong)).toEqual([
      'has 25 partitions, must have 24',
      'cleanup.policy is compact, must be delete',
      'unclean.leader.election.enable is not told by the brokers, must be false',
      'min.insync.replicas is 1, must be at least 2 with 3 replicas',
    ]);
  });

  it('lets receipts have more partitions than card-transactions, never fewer', () => {
    const receipts = topicConfig('receipts', SETTINGS);
    expect(differencesOf(receipts, { ...actual, partitions: 13 })).toEqual([]);
    expect(differencesOf(receipts, { ...actual, partitions: 11 })).toEqual(['has 11 partitions, must have at least 12']);
  });
});

describe('names', () => {
  it('stand after the prefix', () => {
    expect(topicName('it-', 'payouts')).toBe('it-payouts');
    expect(subjectName('it-', 'payouts')).toBe('it-payouts-value');
    expect(groupName('it-', 'qualify')).toBe('it-tornaconto-qualify');
  });

  it('of values are names of schemas, each used', () => {
    const values = TOPIC_NAMES.flatMap((topic) => TOPICS[topic].value ?? []);
    expect(values.toSorted()).toEqual(SCHEMA_NAMES.toSorted());
  });
});
