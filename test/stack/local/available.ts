/** What local servers need of the machine, and what is missing. */
import { isCached } from './artifacts.ts';
import { JAVA_OF_KAFKA, newestJava, onPath, requireJava } from './java.ts';
import { KAFKA } from './kafka.ts';
import { installedRedis, REDIS } from './redis.ts';
import { registryArtifact } from './registry.ts';

/** Why servers cannot run as processes here; undefined when they can, as far as a look tells. */
export function whyNotLocal(): string | undefined {
  if (process.platform === 'win32') return 'Windows';
  const java = newestJava();
  if (java === undefined) return 'no Java in JAVA_HOME, /usr/lib/jvm or PATH';
  if (java.major < JAVA_OF_KAFKA) return `Java ${java.major}, and Kafka needs ${JAVA_OF_KAFKA}`;
  const needed = [KAFKA, registryArtifact(java), ...(installedRedis() === undefined ? [REDIS] : [])];
  if (onPath('mvn') === undefined && !needed.every(isCached)) return 'no mvn on PATH to fetch the servers with';
  return undefined;
}

export const describeLocal = (): string =>
  `processes on Java ${requireJava().major}, ${installedRedis() === undefined ? 'Redis from Maven' : 'redis-server from PATH'}`;
