/** redis-server from PATH, else the one that com.github.codemonstur:embedded-redis carries (6.2). */
import { chmod, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import type { RedisOptions, RedisServer } from '../types.ts';
import { type Artifact, fetchArtifact } from './artifacts.ts';
import { onPath } from './java.ts';
import { makeFolder, startProcess } from './process.ts';

/** Append-only: what was answered is in the operating system's hands, so it outlives SIGKILL. */
export const REDIS_DEFAULTS: Record<string, string> = { appendonly: 'yes', save: '', 'maxmemory-policy': 'noeviction' };

const ARCHITECTURES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386' };

export const installedRedis = (): string | undefined => onPath('redis-server');

export const REDIS: Artifact = {
  profile: 'redis',
  properties: { 'redis.include': `redis-server-*-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}` },
};

export async function startLocalRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const command = installedRedis() ?? (await fetchRedis());
  const port = await freePort();
  const folder = await makeFolder('redis');
  const args = redisArguments({ port: String(port), bind: '127.0.0.1', dir: folder.dataDir, ...options.config });
  const server = await startProcess({ name: 'Redis', port, command, args, isReady: () => isLoaded(port) }, folder);
  return { ...server, url: `redis://127.0.0.1:${port}` };
}

/** A configuration as words of the command line. */
export function redisArguments(config: Record<string, string>): string[] {
  return Object.entries({ ...REDIS_DEFAULTS, ...config }).flatMap(([name, value]) => {
    // Redis 7 renamed these and takes both names; Redis 6 refuses the new ones.
    return [`--${name.replace('-listpack-', '-ziplist-')}`, value];
  });
}

async function fetchRedis(): Promise<string> {
  const folder = await fetchArtifact(REDIS);
  const program = (await readdir(folder)).find((name) => name.startsWith('redis-server'));
  if (program === undefined) throw new Error(`embedded-redis has no program for ${process.platform} on ${process.arch}`);
  await chmod(join(folder, program), 0o755);
  return join(folder, program);
}

/** Answers, and has read its data. By hand, since a client would want to know its password. */
function isLoaded(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => settle(false));
    socket.once('data', (reply) => settle(!reply.toString('latin1').startsWith('-LOADING')));
    socket.once('error', () => settle(false));
    function settle(ready: boolean): void {
      socket.destroy();
      resolve(ready);
    }
  });
}
