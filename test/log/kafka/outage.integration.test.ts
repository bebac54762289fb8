/** The broker dies and comes back: what was asked for fails in bounded time or waits, and goes on by itself after. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithServers, startKafka } from '../../stack/stack.ts';
import type { KafkaServer } from '../../stack/stack.ts';
import { codeOf, collect, many, Member, texts, until, upTo } from '../harness.ts';
import { openKafka } from './kafka-harness.ts';
import type { KafkaHarness } from './kafka-harness.ts';

describeWithServers('a broker that dies', () => {
  let server: KafkaServer;
  let harness: KafkaHarness;
  beforeAll(async () => {
    server = await startKafka();
    harness = await openKafka(server.brokers, '', { limitsMs: { append: 3_000, call: 3_000, stall: 3_000 } });
  });
  afterAll(async () => {
    await harness.close();
    await server.stop();
  });

  test('a subscription joins again, paused, and misses nothing; producer and reader serve again', async () => {
    const { log } = harness;
    const name = await harness.topic({ partitions: 2, timestamps: 'append' });
    const positions = [0, 0];
    const member = await Member.join(harness, name, 'group', (partition) => positions[partition]!);
    member.handle = ({ partition, records }) => positions[partition] = records.at(-1)!.offset + 1;
    const both = (prefix: string): { topic: string; partition: number; records: ReturnType<typeof many> }[] =>
      [0, 1].map((partition) => ({ topic: name, partition, records: many(5, prefix) }));
    await log.producer.append(both('before-'));
    await until(harness, 'all before', () => positions.every((position) => position === 5));

    const before = member.events.length;
    await server.kill();
    expect(await Promise.all([
      codeOf(log.producer.append(both('lost-'))), codeOf(log.reader.watermarks(name)), codeOf(collect(log.reader.range(name, 0, 0, 5))),
    ])).toEqual(['unavailable', 'unavailable', 'unavailable']);
    await server.restart();

    await until(harness, 'assigned anew', () => member.events.length > before && member.events.at(-1) === 'assigned 0,1');
    expect(member.events.slice(before)).toContain('revoked 0,1');
    let refused = 0;
    while (await codeOf(log.producer.append(both('after-'))) !== 'no error') expect(refused++).toBeLessThan(20);
    await until(harness, 'all after', () => [0, 1].every((partition) => texts(member.records(partition)).includes('after-4')));
    for (const partition of [0, 1]) {
      const { high } = (await log.reader.watermarks(name))[partition]!;
      await until(harness, 'the end', () => positions[partition] === high);
      // Nothing twice and nothing left out, whatever became of what was sent to the dying broker.
      expect(member.offsets(partition)).toEqual(upTo(high));
      expect(texts(await collect(log.reader.range(name, partition, 0, high)))).toEqual(texts(member.records(partition)));
    }
    expect(member.crashes).toEqual([]);
    await member.source.stop();
  });

  test('a source stops although the broker is gone', async () => {
    const name = await harness.topic({ partitions: 1, timestamps: 'append' });
    const member = await Member.join(harness, name, 'stopping');
    await server.kill();
    await member.source.stop();
    expect(member.crashes).toEqual([]);
    await server.restart();
  });
});
