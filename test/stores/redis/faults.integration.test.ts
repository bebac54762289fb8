/** What the stores on Redis do where Redis is not as it should be. */
import { Redis } from 'ioredis';
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { RedisCardIndex } from '../../../stores/redis/card-index.ts';
import { RedisCitizenTotals } from '../../../stores/redis/citizen-totals.ts';
import { RedisConnection } from '../../../stores/redis/connection.ts';
import { metaKey } from '../../../stores/redis/shard-keys.ts';
import { startLocalRedis } from '../../stack/local/redis.ts';
import { describeWithServers, startRedis, startRedisCluster, whyNoCluster, type RedisServer } from '../../stack/stack.ts';
import { folded, foldNext, PERIODS, stepOf } from '../entries.ts';
import { codeOf } from '../harness.ts';

const PREFIX = 'faults.';
const COMMAND_TIMEOUT_MS = 500;

describeWithServers('stores on a Redis with faults', () => {
  let server: RedisServer;
  let client: Redis;
  let connection: RedisConnection;
  let store: RedisCitizenTotals;
  let shard = 0;
  beforeAll(async () => {
    // So that a killed one has all that it answered; else it may go back, which is the conformance suite's matter.
    server = await startRedis({ config: { appendfsync: 'always' } });
    client = new Redis(server.url);
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    connection = await RedisConnection.connect({ url: server.url, commandTimeoutMs: COMMAND_TIMEOUT_MS });
    store = new RedisCitizenTotals(connection, { shards: 100, prefix: PREFIX });
    shard++;
  });
  afterEach(async () => { await connection.close(); });
  const meta = (): string => metaKey(PREFIX, 'ledger', shard);

  test('state of a newer format is refused, by reading too', async () => {
    await foldNext(store, shard, []);
    await client.hset(meta(), 'format', 2);
    expect(await codeOf(store.claim(shard, PERIODS))).toBe('newer-format');
    const other = new RedisCitizenTotals(connection, { shards: 100, prefix: PREFIX });
    expect(await codeOf(other.sets(shard, ['A']))).toBe('newer-format');
    const cards = new RedisCardIndex(connection, { shards: 9, timeZone: 'UTC', prefix: PREFIX });
    await client.hset(metaKey(PREFIX, 'card', 0), 'format', 2, 'generation', 'x');
    expect(await codeOf(cards.claim(0))).toBe('newer-format');
  });

  test('scripts that the server has forgotten are sent again, in the midst of a pipeline too', async () => {
    for (let position = 0; position < 6; position += 3) {
      await client.script('FLUSH');
      const steps = [0, 1, 2].map((i) => stepOf(position + i, [{ citizen: 'A', id: position + i, offset: position + i }]));
      expect(await store.fold(shard, steps)).toEqual(steps.map(() => folded({ applied: 1 })));
    }
  });

  test('a server that may evict is refused, at the start and when it is found out later', async () => {
    await foldNext(store, shard, []);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await codeOf(RedisConnection.connect({ url: server.url }))).toBe('misconfigured');
    expect(await codeOf(connection.check())).toBe('misconfigured');
    expect(await codeOf(store.counts(shard))).toBe('misconfigured');
    expect(await codeOf(foldNext(store, shard, []))).toBe('misconfigured');
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await connection.check();
    expect(await store.counts(shard)).toMatchObject({ position: 1 });
  });

  test('a replica is refused', async () => {
    const replica = await startRedis();
    const other = new Redis(replica.url);
    await other.replicaof(server.host, server.port);
    expect(await codeOf(RedisConnection.connect({ url: replica.url }))).toBe('misconfigured');
    other.disconnect();
    await replica.stop();
  });

  test('a primary that becomes a replica is not written to, and found out', async () => {
    await foldNext(store, shard, []);
    await client.replicaof('127.0.0.1', '1');
    expect(await codeOf(store.fold(shard, [stepOf(1, [])]))).toBe('unavailable');
    expect(await codeOf(connection.check())).toBe('unavailable');
    expect(await codeOf(store.counts(shard))).toBe('unavailable');
    await client.replicaof('NO', 'ONE');
    await connection.check();
    expect(await store.fold(shard, [stepOf(1, [])])).toEqual([folded({})]);
  });

  test('a failover that cuts the connections is waited for: as soon as there is a primary again, it goes on', async () => {
    await foldNext(store, shard, []);
    await client.replicaof('127.0.0.1', '1');
    await client.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'yes');
    const codes = new Set<unknown>();
    for (let i = 0; i < 20; i++) {
      codes.add(await codeOf(store.counts(shard)));
      await sleep(100);
    }
    expect([...codes]).toEqual(['unavailable']);
    await client.replicaof('NO', 'ONE');
    await expect.poll(() => store.fold(shard, [stepOf(1, [])]).catch((error: unknown) => error), { timeout: 30_000 }).toEqual([folded({})]);
  });

  test('an address that leads to another server is followed', async () => {
    const other = await startRedis();
    let target = server;
    const sockets = new Set<Socket>();
    const proxy = createServer((socket) => {
      const onward = connectTo(target.port, target.host);
      for (const end of [socket, onward]) end.on('error', () => undefined).on('close', () => { socket.destroy(); onward.destroy(); });
      sockets.add(socket);
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    const moving = await RedisConnection.connect({ url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`, checkIntervalMs: 200 });
    try {
      target = other;
      await client.replicaof(other.host, other.port);
      const moved = new RedisCitizenTotals(moving, { shards: 100, prefix: PREFIX });
      await expect.poll(() => moved.claim(shard, PERIODS).then(() => 'claimed', () => 'not yet'), { timeout: 30_000 }).toBe('claimed');
    } finally {
      await moving.close();
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await client.replicaof('NO', 'ONE');
      await other.stop();
    }
  });

  test.skipIf(whyNoCluster() !== undefined)('a Cluster whose primary changes is followed by who asks nothing meanwhile', async () => {
    const cluster = await startRedisCluster();
    const replica = await startLocalRedis({ config: { 'cluster-enabled': 'yes', 'cluster-node-timeout': '2000' } });
    const [primary] = cluster.nodes as [RedisServer];
    const [ofPrimary, ofReplica] = [new Redis(primary.url), new Redis(replica.url)];
    const following = await RedisConnection.connect({ url: cluster.url.replace('redis:', 'redis+cluster:'), checkIntervalMs: 200 });
    try {
      await ofReplica.cluster('MEET', primary.host, primary.port);
      const id = await ofPrimary.cluster('MYID');
      await expect.poll(() => ofReplica.cluster('REPLICATE', id).catch(() => 'not met yet'), { timeout: 30_000 }).toBe('OK');
      await expect.poll(async () => String(await ofPrimary.info('replication')), { timeout: 30_000 }).toContain('connected_slaves:1');
      // With an epoch that the primary has itself it would lose the slots again.
      await expect.poll(async () => String(await ofReplica.cluster('INFO')), { timeout: 30_000 }).toContain('cluster_current_epoch:3');
      await ofReplica.cluster('FAILOVER', 'TAKEOVER');
      await expect.poll(async () => String(await ofPrimary.info('replication')), { timeout: 30_000 }).toContain('role:slave');
      // Long enough for the old primary to be found out as a replica.
      await sleep(1000);
      const followed = new RedisCitizenTotals(following, { shards: 100, prefix: PREFIX });
      await expect.poll(async () => (await Promise.all(Array.from({ length: 20 }, (_, i) => followed.claim(i, PERIODS)))).length, { timeout: 30_000 }).toBe(20);
    } finally {
      await following.close();
      ofPrimary.disconnect();
      ofReplica.disconnect();
      await replica.stop();
      await cluster.stop();
    }
  });

  test('small compact hashes are warned of, once at the start', async () => {
    const warnings: string[] = [];
    await client.config('SET', 'hash-max-ziplist-entries', '512');
    const warned = await RedisConnection.connect({ url: server.url, onWarning: (message) => warnings.push(message) });
    await warned.close();
    await client.config('SET', 'hash-max-ziplist-entries', '1024');
    const content = await RedisConnection.connect({ url: server.url, onWarning: (message) => warnings.push(`unwanted: ${message}`) });
    await content.close();
    expect(new Set(warnings).size).toBe(1);
    expect(warnings[0]).toMatch(/hash-max-listpack-entries is 512: set 1024/);
  });

  test('citizens stay compact, kept totals of any number of periods included', async () => {
    await foldNext(store, shard, Array.from({ length: 200 }, (_, i) => ({ citizen: 'A', id: i, offset: i })));
    const totals = Array.from({ length: 20 }, (_, i) => ({ periodId: `${'a-long-name-'.repeat(5)}${i}`, transactions: i, cashbackCents: i }));
    await store.keep(shard, 1, [{ citizenId: 'A', totals }]);
    expect(await store.kept(shard, 'A')).toEqual(totals);
    const [key] = await client.keys(`${PREFIX}*:c:A`);
    expect(await client.object('ENCODING', key!)).toMatch(/^(listpack|ziplist)$/);
  });

  test('what its own code never writes is corrupt', async () => {
    await client.set(meta(), 'a text');
    expect(await codeOf(store.claim(shard, PERIODS))).toBe('corrupt');
  });

  test('a server out of memory is waited for, and nothing is half written', async () => {
    await foldNext(store, shard, []);
    await client.config('SET', 'maxmemory', '1');
    expect(await codeOf(store.fold(shard, [stepOf(1, [{ citizen: 'A', id: 1, offset: 1 }])]))).toBe('unavailable');
    await client.config('SET', 'maxmemory', '0');
    expect((await store.page(shard, null, 9)).citizens).toEqual([]);
    expect(await store.fold(shard, [stepOf(1, [{ citizen: 'A', id: 1, offset: 1 }])])).toEqual([folded({ applied: 1 })]);
  });

  test('an answer that does not come counts as lost; the same call again tells what became of it', async () => {
    await foldNext(store, shard, []);
    await client.client('PAUSE', 3 * COMMAND_TIMEOUT_MS);
    expect(await codeOf(store.fold(shard, [stepOf(1, [])]))).toBe('unavailable');
    await sleep(4 * COMMAND_TIMEOUT_MS);
    expect(await store.fold(shard, [stepOf(1, [])])).toEqual([{ kind: 'refused', position: 2 }]);
  });

  test('a killed server is unavailable, and the same connection goes on when it is back; no error tells arguments', async () => {
    await foldNext(store, shard, [{ citizen: 'SECRET', id: 1, offset: 1 }]);
    await server.kill();
    const error = await store.fold(shard, [stepOf(1, [{ citizen: 'SECRET', id: 2, offset: 2 }])]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', remedy: 'retry' });
    expect(describeDeeply(error)).not.toContain('SECRET');
    await server.restart();
    let answers;
    for (let i = 0; i < 100 && answers === undefined; i++) {
      answers = await store.fold(shard, [stepOf(1, [])]).catch(async () => { await sleep(100); return undefined; });
    }
    expect(answers).toEqual([folded({})]);
    await client.ping();
  });

  test('no server, or a wrong password, is said at the start', async () => {
    expect(await codeOf(RedisConnection.connect({ url: 'redis://127.0.0.1:1', commandTimeoutMs: COMMAND_TIMEOUT_MS }))).toBe('unavailable');
    const error = await RedisConnection.connect({ url: server.url.replace('//', '//nobody:HUSH@') }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'misconfigured' });
    expect(describeDeeply(error)).not.toContain('HUSH');
  });
});

/** All that a logger might print of an error. */
function describeDeeply(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  return `${error.message} ${error.stack ?? ''} ${JSON.stringify(Object.fromEntries(Object.entries(error)))} ${describeDeeply(error.cause ?? null)}`;
}
