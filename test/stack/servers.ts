/**
 * Servers of a test's own, each by itself: to be killed, emptied, configured otherwise. They come from the provider that
 * the run has chosen (global-setup.ts), or, outside a run of vitest, from the first that can start any.
 */
import { whyNotLocal } from './local/available.ts';
import { startLocalKafka } from './local/kafka.ts';
import { startLocalRedisCluster } from './local/redis-cluster.ts';
import { startLocalRedis } from './local/redis.ts';
import { startLocalRegistry } from './local/registry.ts';
import type { KafkaServer, Launcher, RedisCluster, RedisOptions, RedisServer, RegistryServer, Stack } from './types.ts';

/** Set by global-setup.ts for the processes of the tests: what it found to work. */
export const LAUNCHER_VARIABLE = 'TORNACONTO_TEST_LAUNCHER';

export async function startKafka(launcher?: Launcher): Promise<KafkaServer> {
  return (await chosen(launcher)) === 'local' ? startLocalKafka() : (await containers()).startKafkaContainer();
}

export async function startRedis(options: RedisOptions = {}, launcher?: Launcher): Promise<RedisServer> {
  if ((await chosen(launcher)) === 'local') return startLocalRedis(options);
  return (await containers()).startRedisContainer(options);
}

export async function startRegistry(launcher?: Launcher): Promise<RegistryServer> {
  return (await chosen(launcher)) === 'local' ? startLocalRegistry() : (await containers()).startRegistryContainer();
}

/** Three primaries. Local processes only: the addresses that nodes tell each other are no container's from outside. */
export async function startRedisCluster(options: RedisOptions = {}): Promise<RedisCluster> {
  const missing = whyNotLocal();
  if (missing !== undefined) throw new Error(`a Redis cluster runs as local processes only: ${missing}`);
  return startLocalRedisCluster(options);
}

/** One of each, started together; when one fails the others are stopped. */
export async function startStack(launcher: Launcher): Promise<Stack> {
  const starting = [startKafka(launcher), startRedis({}, launcher), startRegistry(launcher)] as const;
  const stop = async (): Promise<void> => {
    const started = (await Promise.allSettled(starting)).filter((result) => result.status === 'fulfilled');
    await Promise.all(started.map(({ value }) => value.stop()));
  };
  try {
    const [kafka, redis, registry] = await Promise.all(starting);
    return { provider: launcher, brokers: kafka.brokers, redisUrl: redis.url, registryUrl: registry.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function chosen(launcher?: Launcher): Promise<Launcher> {
  const known = launcher ?? process.env[LAUNCHER_VARIABLE] ?? process.env.TORNACONTO_TEST_STACK;
  if (known === 'local' || known === 'testcontainers') return known;
  const notLocal = whyNotLocal();
  if (notLocal === undefined) return 'local';
  const notContainers = await (await containers()).whyNotContainers();
  if (notContainers === undefined) return 'testcontainers';
  throw new Error(`no server can be started here: local: ${notLocal}; testcontainers: ${notContainers}`);
}

/** Loaded when needed: the library takes a second, which the other providers need not pay. */
const containers = () => import('./containers.ts');
