/** The servers themselves: each answers the client that the project uses, and comes back from SIGKILL with its data. */
import { Cluster, Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, expect, test } from 'vitest';
import {
  describeWithServers,
  describeWithStack,
  freshPrefix,
  type Server,
  sharedStack,
  startKafka,
  startRedis,
  startRedisCluster,
  startRegistry,
  whyNoCluster,
} from './stack.ts';

const VALUES = ['one', 'two', 'three'];
const SCHEMA = { type: 'enum', name: 'Smoke', symbols: ['A', 'B'] };

describeWithStack('the shared stack', () => {
  const stack = sharedStack();

  test('Kafka gives back what it was given, stamped by the broker, and makes no topic by itself', async () => {
    const topic = `${freshPrefix()}smoke`;
    const kafka = client(stack.brokers);
    await produce(kafka, topic);
    const records = await consume(kafka, topic);
    expect(records.map(({ value }) => value)).toEqual(VALUES);
    expect(Number(records[0]!.timestamp)).toBeGreaterThan(1); // the producer said 1
    const admin = kafka.admin();
    await admin.connect();
    await expect(admin.fetchTopicOffsets(`${topic}-unmade`)).rejects.toThrow(/does not host/);
    await admin.disconnect();
  });

  test('Redis keeps a value and drops none for room', async () => {
    const redis = new Redis(stack.redisUrl, { maxRetriesPerRequest: 0 });
    const key = `${freshPrefix()}smoke`;
    await redis.set(key, 'kept');
    expect(await redis.get(key)).toBe('kept');
    expect(await redis.info('memory')).toContain('maxmemory_policy:noeviction');
    await redis.del(key);
    redis.disconnect();
  });

  test('the registry gives back the schema of an id', async () => {
    const id = await register(stack.registryUrl, `${freshPrefix()}smoke-value`);
    expect(await schemaOf(stack.registryUrl, id)).toEqual(SCHEMA);
    expect(await schemaOf(stack.registryUrl, 2_000_000_000)).toBeUndefined();
  });
});

describeWithServers('servers of a test\'s own', () => {
  const running: Pick<Server, 'stop'>[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  const own = async <T extends Pick<Server, 'stop'>>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    running.push(server);
    return server;
  };

  test('Kafka, killed, restarts with its records', async () => {
    const server = await own(startKafka());
    await produce(client(server.brokers), 'kept');
    await server.kill();
    await expect(client(server.brokers).admin().connect()).rejects.toThrow();
    await server.restart();
    expect((await consume(client(server.brokers), 'kept')).map(({ value }) => value)).toEqual(VALUES);
  });

  test('Redis, killed, restarts with what it had answered; configured otherwise, without', async () => {
    const kept = await own(startRedis());
    const lost = await own(startRedis({ config: { appendonly: 'no', 'hash-max-listpack-entries': '7' } }));
    for (const server of [kept, lost]) {
      await withRedis(server.url, (redis) => redis.set('key', 'value'));
      await server.kill();
      await expect(withRedis(server.url, (redis) => redis.ping())).rejects.toThrow();
      await server.restart();
    }
    expect(await withRedis(kept.url, (redis) => redis.get('key'))).toBe('value');
    expect(await withRedis(lost.url, (redis) => redis.get('key'))).toBeNull();
    expect(await withRedis(lost.url, (redis) => redis.config('GET', 'hash-max-ziplist-entries'))).toContain('7');
  });

  test('the registry, killed, restarts with its ids', async () => {
    const server = await own(startRegistry());
    const id = await register(server.url, 'kept-value');
    await server.kill();
    await server.restart();
    expect(await schemaOf(server.url, id)).toEqual(SCHEMA);
  });

  test.skipIf(whyNoCluster() !== undefined)('a Redis cluster takes keys of all its nodes', async () => {
    const { nodes } = await own(startRedisCluster());
    const cluster = new Cluster(nodes.map(({ host, port }) => ({ host, port })));
    const keys = Array.from({ length: 64 }, (_, i) => `{${i}}`);
    await Promise.all(keys.map((key) => cluster.set(key, key)));
    expect(await Promise.all(keys.map((key) => cluster.get(key)))).toEqual(keys);
    const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()));
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    cluster.disconnect();
  });
});

const client = (brokers: string[]): Kafka =>
  new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 3, initialRetryTime: 50 } });

/** Makes the topic and sends `VALUES`, with a timestamp of 1970 that the broker is to replace. */
async function produce(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic, messages: VALUES.map((value) => ({ value, partition: 0, timestamp: '1' })) });
  await producer.disconnect();
}

async function consume(kafka: Kafka, topic: string): Promise<{ value: string; timestamp: string }[]> {
  const consumer = kafka.consumer({ groupId: `${topic}-reader` });
  const records: { value: string; timestamp: string }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null; timestamp: string } }): Promise<void> => {
      records.push({ value: String(message.value), timestamp: message.timestamp });
      if (records.length === VALUES.length) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return records;
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined); // told by the call
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

async function register(registryUrl: string, subject: string): Promise<number> {
  const response = await fetch(`${registryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(SCHEMA) }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: number }).id;
}

/** The schema of an id, undefined where the registry has none. */
async function schemaOf(registryUrl: string, id: number): Promise<unknown> {
  const response = await fetch(`${registryUrl}/schemas/ids/${id}`);
  const { schema } = (await response.json()) as { schema?: string };
  return schema === undefined ? undefined : (JSON.parse(schema) as unknown);
}
