import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { murmur2, partitionOf, shardOf } from '../../topology/partition-of.ts';

const { Partitioners } = kafkajs;

/** The client's own partitioner, for a topic of so many partitions. */
function oracle(key: Buffer, partitions: number): number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => (
    { partitionId, leader: 0, partitionErrorCode: 0, isr: [0], replicas: [0] }));
  return Partitioners.DefaultPartitioner()({ topic: 'any', message: { key, value: null }, partitionMetadata });
}

const keys = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 64 }).map((text) => Buffer.from(text)),
  fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
);

test('agrees with the client for card hashes and ids', () => {
  fc.assert(fc.property(keys.filter((key) => key.length > 0), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
    expect(partitionOf(key, partitions)).toBe(oracle(key, partitions));
  }), { numRuns: 2000 });
});

test('agrees with the values in the tests of Kafka itself', () => {
  // UtilsTest.testMurmur2 of apache/kafka
  const known: [string, number][] = [['21', -973932308], ['foobar', -790332482], ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829], ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971]];
  for (const [text, hash] of known) expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('keys are spread over all partitions', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) seen.add(partitionOf(Buffer.from(`citizen-${i}`), 24));
  expect(seen.size).toBe(24);
});

test('a citizen\'s shard is the partition of the citizenId\'s bytes', () => {
  const citizenId = fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/);
  fc.assert(fc.property(citizenId, fc.integer({ min: 1, max: 1000 }), (id, shards) => {
    expect(shardOf(id, shards)).toBe(partitionOf(Buffer.from(id), shards));
  }));
  // What it could not hash rightly it refuses.
  for (const wrong of ['é', 'x'.repeat(65)]) expect(() => shardOf(wrong, 24)).toThrow(RangeError);
});
