/** Three Redis primaries that share the slots, on local processes: what a ledger of many shards meets in production. */
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisCluster, RedisOptions, RedisServer } from '../types.ts';
import { startLocalRedis } from './redis.ts';

const SLOTS = 16_384;
const PRIMARIES = 3;
const AGREE_MS_MAX = 30_000;

export async function startLocalRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const config = { ...options.config, 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000' };
  const started = await Promise.allSettled(Array.from({ length: PRIMARIES }, () => startLocalRedis({ config })));
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason;
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, url: `redis://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`, stop };
}

/** Deals out the slots, introduces all to the first, and waits until each knows every slot's owner. */
async function join(nodes: RedisServer[]): Promise<void> {
  const clients = nodes.map((node) => new Redis(node.url));
  try {
    for (const [i, client] of clients.entries()) {
      const from = Math.floor((i * SLOTS) / nodes.length);
      const until = Math.floor(((i + 1) * SLOTS) / nodes.length);
      await client.cluster('ADDSLOTS', ...Array.from({ length: until - from }, (_, slot) => from + slot));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1)); // equal epochs would have to be voted apart
      if (i > 0) await client.cluster('MEET', nodes[0]!.host, nodes[0]!.port);
    }
    const deadlineMs = performance.now() + AGREE_MS_MAX;
    while (!(await Promise.all(clients.map(agrees))).every(Boolean)) {
      if (performance.now() > deadlineMs) throw new Error(`the Redis cluster does not agree after ${AGREE_MS_MAX} ms`);
      await sleep(50);
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function agrees(client: Redis): Promise<boolean> {
  const info = String(await client.cluster('INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${PRIMARIES}`);
}
