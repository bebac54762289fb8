/**
 * The same servers by Testcontainers. Host ports are chosen here, not by Docker: the broker must advertise its own, and a
 * container that is started again would get another. With TESTCONTAINERS_RYUK_DISABLED no reaper removes what a killed run
 * leaves, so a watchdog does.
 */
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
  type WaitStrategy,
} from 'testcontainers';
import { BROKER_SETTINGS } from './local/kafka.ts';
import { watch } from './local/process.ts';
import { redisArguments } from './local/redis.ts';
import { CONFLUENT_API, storageIn } from './local/registry.ts';
import { freePort } from './ports.ts';
import type { KafkaServer, RedisOptions, RedisServer, RegistryServer, Server } from './types.ts';

const KAFKA_IMAGE = 'confluentinc/cp-kafka:8.2.0';
const REDIS_IMAGE = 'redis:7.0.15-bookworm';
const REGISTRY_IMAGE = 'apicurio/apicurio-registry:3.3.3';
const START_MS_MAX = 120_000;
const CONTROLLER_PORT = 9093;

/** Why there are no containers here; undefined when a Docker daemon answers. */
export async function whyNotContainers(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return `no Docker daemon (${error instanceof Error ? error.message : 'unknown error'})`;
  }
}

export async function startKafkaContainer(): Promise<KafkaServer> {
  const client = 9092;
  const { host, port } = await place();
  const container = new GenericContainer(KAFKA_IMAGE).withEnvironment({
    CLUSTER_ID: 'dG9ybmFjb250by10ZXN0cw',
    KAFKA_LISTENERS: `PLAINTEXT://:${client},CONTROLLER://:${CONTROLLER_PORT}`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${CONTROLLER_PORT}`,
    KAFKA_HEAP_OPTS: '-Xmx384m',
    ...Object.fromEntries(Object.entries(BROKER_SETTINGS).map(([key, value]) => [environmentName(key), value])),
  });
  const server = await start(container, client, { host, port }, Wait.forLogMessage(/Kafka Server started/));
  return { ...server, brokers: [`${host}:${port}`] };
}

export async function startRedisContainer(options: RedisOptions = {}): Promise<RedisServer> {
  const client = 6379;
  const { host, port } = await place();
  const container = new GenericContainer(REDIS_IMAGE).withCommand(['redis-server', ...redisArguments(options.config ?? {})]);
  const server = await start(container, client, { host, port }, Wait.forLogMessage(/Ready to accept connections/));
  return { ...server, url: `redis://${host}:${port}` };
}

export async function startRegistryContainer(): Promise<RegistryServer> {
  const client = 8080;
  const { host, port } = await place();
  const container = new GenericContainer(REGISTRY_IMAGE).withEnvironment({ APICURIO_DATASOURCE_URL: storageIn('/tmp') });
  const server = await start(container, client, { host, port }, Wait.forHttp(`${CONFLUENT_API}/subjects`, client));
  return { ...server, url: `http://${host}:${port}${CONFLUENT_API}` };
}

/** `log.dirs` → `KAFKA_LOG_DIRS`. */
const environmentName = (property: string): string => `KAFKA_${property.toUpperCase().replaceAll('.', '_')}`;

interface Place {
  host: string;
  port: number;
}

async function place(): Promise<Place> {
  const runtime = await getContainerRuntimeClient();
  return { host: runtime.info.containerRuntime.host, port: await freePort() };
}

async function start(
  container: GenericContainer,
  inside: number,
  { host, port }: Place,
  ready: WaitStrategy,
): Promise<Server> {
  const started = await container
    .withExposedPorts({ container: inside, host: port })
    .withWaitStrategy(ready.withStartupTimeout(START_MS_MAX))
    .start();
  const unreaped = process.env.TESTCONTAINERS_RYUK_DISABLED === 'true';
  const watchdog = unreaped ? watch('docker rm -f -v "$1"', [started.getId()]) : undefined;
  return {
    host,
    port,
    async stop() {
      await started.stop();
      watchdog?.kill('SIGKILL');
    },
    kill: () => kill(started),
    restart: () => started.restart({ timeout: 10_000 }),
  };
}

async function kill(started: StartedTestContainer): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  await container.getById(started.getId()).kill();
}
