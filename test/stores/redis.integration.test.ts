/** The suites of both stores, run by those on Redis: one server, and a Cluster of three primaries. */
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisCardIndex } from '../../stores/redis/card-index.ts';
import { RedisCitizenTotals } from '../../stores/redis/citizen-totals.ts';
import { RedisConnection } from '../../stores/redis/connection.ts';
import { hashTagOf, slotOf } from '../../stores/redis/hash-tags.ts';
import { baseOf, metaKey } from '../../stores/redis/shard-keys.ts';
import { describeWithServers, describeWithStack, freshPrefix, sharedStack, startRedisCluster, whyNoCluster, type RedisCluster } from '../stack/stack.ts';
import { cardIndexConformance } from './card-index.conformance.ts';
import { citizenTotalsConformance } from './citizen-totals.conformance.ts';
import { foldNext, PERIODS } from './entries.ts';
import { SHARDS, TIME_ZONE, type Harness } from './harness.ts';

async function harnessOn(url: string, client: Redis | Cluster): Promise<Harness> {
  const prefix = freshPrefix();
  // Two processes have two connections, and each knows only what it has read.
  const connections = [await RedisConnection.connect({ url }), await RedisConnection.connect({ url })] as const;
  let opened = 0;
  let shard = 0;
  return {
    totals: ({ shards = SHARDS } = {}) => new RedisCitizenTotals(connections[opened++ % 2]!, { shards, prefix }),
    cards: ({ shards = SHARDS, timeZone = TIME_ZONE } = {}) => new RedisCardIndex(connections[opened++ % 2]!, { shards, timeZone, prefix }),
    // The worst that can be lost: all else stays behind.
    lose: async (kind, lost) => void (await client.del(metaKey(prefix, kind, lost))),
    freshShard: () => shard++,
    close: async () => {
      await Promise.all(connections.map(async (connection) => connection.close()));
      client.disconnect();
    },
  };
}

describeWithStack('stores on the shared Redis', () => {
  const stack = sharedStack();
  const open = async (): Promise<Harness> => harnessOn(stack.redisUrl, new Redis(stack.redisUrl));
  citizenTotalsConformance('Redis', open, 60);
  cardIndexConformance('Redis', open, 40);

  test('what a lost shard left behind is deleted by the next claim, and nothing else', async () => {
    const client = new Redis(stack.redisUrl);
    const prefix = freshPrefix();
    const connection = await RedisConnection.connect({ url: stack.redisUrl });
    const store = new RedisCitizenTotals(connection, { shards: 4, prefix });
    const keysOf = async (shard: number): Promise<string[]> => (await client.keys(`${prefix}*`)).filter((key) => key.startsWith(baseOf(prefix, 'ledger', shard)));
    for (const shard of [0, 1]) {
      await store.claim(shard, PERIODS);
      await foldNext(store, shard, [{ citizen: 'A', id: 1, offset: 1 }]);
    }
    const untouched = (await keysOf(1)).sort();
    const left = (await keysOf(0)).filter((key) => key !== metaKey(prefix, 'ledger', 0));
    expect(left.length).toBeGreaterThan(1);
    await client.del(metaKey(prefix, 'ledger', 0));
    // Not by folding, only by a claim.
    await foldNext(store, 0, []);
    await client.del(metaKey(prefix, 'ledger', 0));
    expect(await keysOf(0)).toEqual(expect.arrayContaining(left));
    await store.claim(0, PERIODS);
    expect(await keysOf(0)).toEqual([metaKey(prefix, 'ledger', 0)]);
    expect((await keysOf(1)).sort()).toEqual(untouched);
    await connection.close();
    client.disconnect();
  });
});

const missing = whyNoCluster();
describeWithServers('stores on a Redis Cluster', () => {
  if (missing !== undefined) {
    // A Cluster runs as local processes only: what they lack here is reported.
    test.skip(`skipped: ${missing}`, () => undefined);
    return;
  }
  let cluster: RedisCluster;
  beforeAll(async () => { cluster = await startRedisCluster(); });
  afterAll(async () => { await cluster.stop(); });
  const urlOf = (): string => `redis+cluster://${cluster.nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`;
  const open = async (): Promise<Harness> => harnessOn(urlOf(), new Cluster(cluster.nodes.map(({ host, port }) => ({ host, port }))));
  citizenTotalsConformance('a Cluster', open, 20);
  cardIndexConformance('a Cluster', open, 20);

  describe('hash tags', () => {
    test('lie in the slots that Redis gives them', async () => {
      const client = new Redis(cluster.nodes[0]!.url);
      for (const shard of [0, 1, 23, 999]) {
        const tag = hashTagOf('ledger', shard);
        expect(await client.cluster('KEYSLOT', `t.{${tag}}abc:c:A`)).toBe(slotOf(tag));
      }
      client.disconnect();
    });
  });
});
