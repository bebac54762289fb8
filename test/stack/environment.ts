/** Servers that run already. The names say TEST, so that no shell prepared for production is taken for one. */
import type { Stack } from './types.ts';

const VARIABLES = {
  brokers: 'TORNACONTO_TEST_KAFKA_BROKERS',
  redisUrl: 'TORNACONTO_TEST_REDIS_URL',
  registryUrl: 'TORNACONTO_TEST_SCHEMA_REGISTRY_URL',
};

/** Which variables are missing; undefined when all are set. */
export function whyNotEnvironment(): string | undefined {
  const missing = Object.values(VARIABLES).filter((name) => !process.env[name]);
  if (missing.length === 0) return undefined;
  return missing.length === Object.values(VARIABLES).length ? 'no TORNACONTO_TEST_… URLs' : `${missing.join(', ')} not set`;
}

/** The servers named; whether they answer is for the tests to find. Stopping leaves them alone. */
export async function environmentStack(): Promise<Stack> {
  const value = (name: string): string => process.env[name] ?? '';
  return {
    provider: 'environment',
    brokers: value(VARIABLES.brokers).split(',').map((broker) => broker.trim()),
    redisUrl: value(VARIABLES.redisUrl),
    registryUrl: value(VARIABLES.registryUrl).replace(/\/+$/, ''),
    stop: async () => undefined,
  };
}
