/**
 * Batches that others have packed, read off a real broker. Where a topic has a codec of its own, the broker packs what
 * it is sent with Java's libraries, as Java's producers do; with `producer`, a batch is kept as it comes.
 */
import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';
import { randomBytes, randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaAdmin } from '../../../log/kafka/admin.ts';
import { registerCodecs, UNPACKED_BYTES_MAX } from '../../../log/kafka/codecs.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../../stack/stack.ts';
import { collect, codeOf, many, Member, texts, until } from '../harness.ts';
import { openKafka, rawClient } from './kafka-harness.ts';
import type { KafkaHarness } from './kafka-harness.ts';

const { GZIP, Snappy, ZSTD } = kafkajs.CompressionTypes;

describeWithStack('what others have packed', () => {
  const stack = sharedStack();
  const prefix = freshPrefix();
  let harness: KafkaHarness;
  let topics: KafkaAdmin;
  beforeAll(async () => {
    harness = await openKafka(stack.brokers, prefix);
    topics = new KafkaAdmin(harness.connection);
  });
  afterAll(async () => { await Promise.all([harness.close(), topics.close()]); });

  async function topicOf(compression: string): Promise<string> {
    const name = `${prefix}${randomUUID()}`;
    await topics.createTopics([{ name, partitions: 1, configs: { 'compression.type': compression } }]);
    return name;
  }

  /** A producer that packs: the library's, with a codec that it does not have. */
  async function sendPacked(topic: string, type: kafkajs.CompressionTypes, values: readonly (string | Buffer)[], pack: (bytes: Buffer) => Promise<Buffer>): Promise<void> {
    const producer = rawClient(stack.brokers).producer();
    await producer.connect();
    (kafkajs.CompressionCodecs as Record<kafkajs.CompressionTypes, () => object>)[type] = () => ({ compress: ({ buffer }: { buffer: Buffer }) => pack(buffer) });
    try {
      await producer.send({ topic, compression: type, messages: values.map((value) => ({ value, partition: 0 })) });
    } finally {
      registerCodecs();
      await producer.disconnect();
    }
  }

  async function valuesOf(topic: string): Promise<(Buffer | null)[]> {
    const [marks] = await harness.log.reader.watermarks(topic);
    return (await collect(harness.log.reader.range(topic, 0, 0, marks!.high))).map(({ value }) => value);
  }

  /** Bytes that pack well, badly, not at all; short and long; several blocks of every format in one batch. */
  function corpus(): Buffer[] {
    const word = (i: number): Buffer => Buffer.from(`acquirer-${i % 7};merchant-${i % 31};${i};`);
    return Array.from({ length: 300 }, (_, i) => Buffer.concat([
      Buffer.alloc((i * i) % 3000, i), randomBytes(i % 97), ...Array.from({ length: i % 40 }, (_, j) => word(i + j)), randomBytes(8),
    ]));
  }

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('%s, packed by the broker, comes back byte for byte', async (compression) => {
    const topic = await topicOf(compression);
    const values = corpus();
    for (const some of [values.slice(0, 1), values.slice(1, 11), values.slice(11)]) {
      await harness.log.producer.append([{ topic, partition: 0, records: some.map((value) => ({ key: null, value })) }]);
    }
    expect(await valuesOf(topic)).toEqual(values);
  });

  test('a topic may hold all of them, and a subscription reads on', async () => {
    const topic = await topicOf('producer');
    const member = await Member.join(harness, topic, `${prefix}mixed`);
    await harness.log.producer.append([{ topic, partition: 0, records: many(2, 'plain') }]);
    await sendPacked(topic, ZSTD, ['zstd0', 'zstd1'], promisify(zstdCompress));
    await sendPacked(topic, GZIP, ['gzip0'], promisify(gzip));
    await sendPacked(topic, Snappy, ['snappy0'], (bytes) => Promise.resolve(bareSnappy(bytes)));
    await harness.log.producer.append([{ topic, partition: 0, records: many(1, 'after') }]);
    await until(harness, 'all of them', () => member.records(0).length === 7);
    expect(texts(member.records(0))).toEqual(['plain0', 'plain1', 'zstd0', 'zstd1', 'gzip0', 'snappy0', 'after0']);
    expect(member.crashes).toEqual([]);
    await member.source.stop();
  });

  test('an input topic of ours keeps nothing packed, and takes nothing too large', async () => {
    const topic = await topicOf('uncompressed');
    await sendPacked(topic, ZSTD, ['zstd'], promisify(zstdCompress));
    expect((await valuesOf(topic)).join()).toBe('zstd');
    const bomb = sendPacked(topic, ZSTD, [Buffer.alloc(UNPACKED_BYTES_MAX)], promisify(zstdCompress));
    await expect(bomb).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
  });

  test.each([['gzip', GZIP, promisify(gzip)], ['zstd', ZSTD, promisify(zstdCompress)]] as const)(
    'a batch of %s that holds too much stops the subscription, and not the process', async (name, type, pack) => {
      const topic = await topicOf('producer');
      await harness.log.producer.append([{ topic, partition: 0, records: many(1) }]);
      await sendPacked(topic, type, [Buffer.alloc(UNPACKED_BYTES_MAX)], pack);
      const member = await Member.join(harness, topic, `${prefix}${name}`);
      await until(harness, 'its end', () => member.crashes.length > 0);
      expect(member.crashes[0]).toMatchObject({ code: 'refused', remedy: 'stop' });
      expect(member.crashes[0]!.message).toContain(`a batch of ${name} cannot be unpacked`);
      await member.source.stop();
      expect(await codeOf(valuesOf(topic))).toBe('refused');
    });
});

/** Literals only, without Java's frame, as producers in C write it. */
function bareSnappy(bytes: Buffer): Buffer {
  if (bytes.length > 127) throw new RangeError('a length of one byte');
  const literals = Array.from({ length: Math.ceil(bytes.length / 60) }, (_, i) => bytes.subarray(60 * i, 60 * (i + 1)));
  return Buffer.concat([Buffer.from([bytes.length]), ...literals.flatMap((literal) => [Buffer.from([(literal.length - 1) << 2]), literal])]);
}
