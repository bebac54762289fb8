/**
 * What integration tests import:
 *
 *     describeWithStack('what is tested', () => {
 *       const { brokers, redisUrl } = sharedStack();
 *       const prefix = freshPrefix();   // topics and keys of this file alone: the servers are everybody's
 *       …
 *     });
 *
 * Tests that kill, empty or configure a server take one of their own: `describeWithServers` and `startRedis` etc.
 */
import { randomBytes } from 'node:crypto';
import { describe, inject, test } from 'vitest';
import type { StackReport } from './global-setup.ts';
import type { Endpoints } from './types.ts';

export { startKafka, startRedis, startRedisCluster, startRegistry } from './servers.ts';
/** Why `startRedisCluster` cannot work here (it runs as local processes only), for `test.skipIf`. */
export { whyNotLocal as whyNoCluster } from './local/available.ts';
export type * from './types.ts';

/** A suite that needs the shared stack; reported as skipped, with the reason, where there is none. */
export function describeWithStack(name: string, suite: () => void): void {
  const { endpoints, why } = report();
  describeUnless(endpoints === undefined ? why : undefined, name, suite);
}

/** A suite that starts servers of its own. */
export function describeWithServers(name: string, suite: () => void): void {
  const { canLaunch, why } = report();
  describeUnless(canLaunch ? undefined : `no server can be started here (${why})`, name, suite);
}

/** The servers of this run. May be called at a file's top: only reading from it fails where there are none. */
export function sharedStack(): Endpoints {
  const endpoints = (): Endpoints => {
    const { endpoints, why } = report();
    if (endpoints === undefined) throw new Error(`there is no test stack: ${why}`);
    return endpoints;
  };
  return {
    get provider() {
      return endpoints().provider;
    },
    get brokers() {
      return endpoints().brokers;
    },
    get redisUrl() {
      return endpoints().redisUrl;
    },
    get registryUrl() {
      return endpoints().registryUrl;
    },
  };
}

/** A TOPIC_PREFIX that no other test has, such as `t3f9a1c20.`. */
export const freshPrefix = (): string => `t${randomBytes(4).toString('hex')}.`;

function describeUnless(reason: string | undefined, name: string, suite: () => void): void {
  if (reason === undefined) describe(name, suite);
  // Without servers the reason is reported; with CI set and no stack at all, global-setup.ts fails.
  else describe.skip(name, () => test(`skipped: ${reason}`, () => undefined));
}

function report(): StackReport {
  const given = inject('tornacontoStack') as StackReport | undefined;
  if (given === undefined) throw new Error('a test that needs servers belongs in a file named *.integration.test.ts');
  return given;
}
