/**
 * Servers that die, come back empty, or come back with an older state: processors live through it without help, and
 * nothing of it is seen in the answer.
 */
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { slicesOf } from '../e2e/data-set.ts';
import type { System } from '../e2e/system.ts';
import {
  describeWithServers, sharedStack, startKafka, startRedis, startRedisCluster, whyNoCluster, type RedisServer,
} from '../stack/stack.ts';
import { expectFolded, expectHealed, expectSameAnswer } from './outcome.ts';
import { publishing, tell, untilAtWork, withSystem } from './run.ts';

const SLICES = 6;
const PROCESSES = 3;
/** State lives in memory and in what SAVE has written: nothing else comes back after SIGKILL. */
const FORGETFUL = { config: { appendonly: 'no', save: '' } };

describeWithServers('servers that fail', () => {
  const stack = sharedStack();
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => { await Promise.all(running.splice(0).map((server) => server.stop())); });
  async function own<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const server = await starting;
    running.push(server);
    return server;
  }
  const begin = async (system: System, enrolments: readonly string[]): Promise<void> => {
    for (let i = 0; i < PROCESSES; i++) system.start();
    await system.publish('enrolments', enrolments);
  };

  test('Kafka is killed and comes back, twice', async () => {
    const kafka = await own(startKafka());
    await withSystem({ redisUrl: stack.redisUrl, registryUrl: stack.registryUrl, brokers: kafka.brokers }, async (system, dataSet) => {
      await begin(system, dataSet.enrolments);
      const published = publishing(system, slicesOf(dataSet.transactions, SLICES));
      for (const handled of [10_000, 30_000]) {
        await untilAtWork(system, handled);
        await kafka.kill();
        await kafka.restart();
      }
      await published;
      const figures = await expectHealed(system, dataSet);
      expect(endsOf(system)).toEqual([]);
      // Drained or not, in an outage too: asked to stop, they stop, and it is no fault.
      await kafka.kill();
      const ends = await Promise.all(system.processors.map((processor) => processor.stop()));
      expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
      tell('Kafka killed twice', { ...figures, stopMs: ends.map(({ ms }) => Math.round(ms)) });
    });
  });

  test('Redis comes back empty', async () => {
    const redis = await own(startRedis(FORGETFUL));
    await withSystem({ ...servers(), redisUrl: redis.url }, async (system, dataSet) => {
      await begin(system, dataSet.enrolments);
      const published = publishing(system, slicesOf(dataSet.transactions, SLICES));
      await untilAtWork(system, 20_000);
      await killed(redis);
      await published;
      const figures = await expectHealed(system, dataSet);
      expect(endsOf(system)).toEqual([]);
      expect(figures.foldedAgain, 'nothing was lost').toBeGreaterThan(0);
      tell('Redis empty', figures);
    });
  });

  test('Redis comes back with an older snapshot under load, and again when all is closed and idle', async () => {
    const redis = await own(startRedis(FORGETFUL));
    await withSystem({ ...servers(), redisUrl: redis.url }, async (system, dataSet) => {
      await begin(system, dataSet.enrolments);
      const [first, ...rest] = slicesOf(dataSet.transactions, SLICES);
      await publishing(system, [first!]);
      await untilFoldedInPart(system);
      await snapshot(redis);
      const published = publishing(system, rest);
      await untilAtWork(system, 30_000);
      await killed(redis);
      await published;
      const underLoad = await expectHealed(system, dataSet);

      // Nothing is published any more: the tasks notice by themselves.
      await killed(redis);
      const idle = await expectFolded(system);
      expect([underLoad.foldedAgain, idle.foldedAgain - underLoad.foldedAgain].every((again) => again > 0), 'nothing was rolled back').toBe(true);
      await expectSameAnswer(system, dataSet);
      expect(endsOf(system)).toEqual([]);
      tell('Redis rolled back', { underLoad, idle });
    });
  });

  test.skipIf(whyNoCluster() !== undefined)('three primaries of a Redis Cluster, one of which is killed and comes back', async () => {
    const cluster = await own(startRedisCluster());
    const redisUrl = cluster.url.replace('redis:', 'redis+cluster:');
    await withSystem({ ...servers(), redisUrl }, async (system, dataSet) => {
      await begin(system, dataSet.enrolments);
      const published = publishing(system, slicesOf(dataSet.transactions, SLICES));
      await untilAtWork(system, 20_000);
      await cluster.nodes[1]!.kill();
      await cluster.nodes[1]!.restart();
      await published;
      const figures = await expectHealed(system, dataSet);
      const keys = await Promise.all(cluster.nodes.map(sizeOf));
      expect(keys.every((count) => count > 0), `keys by primary: ${keys.join()}`).toBe(true);
      expect(endsOf(system)).toEqual([]);
      tell('Redis Cluster', { ...figures, keys });
    });
  });

  const servers = () => ({ brokers: stack.brokers, redisUrl: stack.redisUrl, registryUrl: stack.registryUrl });
});

/** What comes back is what SAVE wrote last, or nothing. */
async function killed(redis: RedisServer): Promise<void> {
  await redis.kill();
  await redis.restart();
}

async function snapshot({ url }: RedisServer): Promise<void> {
  const redis = new Redis(url);
  await redis.save();
  redis.disconnect();
}

async function sizeOf({ url }: RedisServer): Promise<number> {
  const redis = new Redis(url);
  const size = await redis.dbsize();
  redis.disconnect();
  return size;
}

async function positions(system: System): Promise<number[]> {
  const { citizens, partitions } = await system.context();
  return Promise.all(Array.from({ length: partitions('citizen-ledger') }, async (_, shard) => (await citizens.counts(shard)).position));
}

async function untilFoldedInPart(system: System): Promise<void> {
  await system.until(60_000, async () => ((await positions(system)).every((position) => position > 0) ? [] : ['some shards are empty']));
}

/** Processes that ended, though nobody asked. */
function endsOf(system: System): string[] {
  return system.processors.filter(({ end }) => end !== undefined).map((processor) => processor.lastWords());
}
