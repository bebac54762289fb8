/**
 * Whether a Redis server may hold state: a primary that never evicts. Read from INFO, which managed servers allow too.
 */
import type { Redis } from 'ioredis';
import { StoreError } from '../../ports/store.ts';

/** SMISMEMBER came with 6.2. */
const VERSION_MIN = [6, 2] as const;
/** With the default of 512 the sets of the busiest citizens, above it, take three times their memory. */
const LISTPACK_ENTRIES_ADVISED = 1024;

/**
 * Warnings, none when all is well.
 * @param wasPrimary whether it has been one: then another is about to be, and is waited for
 * @throws StoreError misconfigured, saying what must be set; unavailable; or whatever the client rejects with
 */
export async function inspectServer(node: Redis, wasPrimary: boolean): Promise<string[]> {
  const info = parseInfo(String(await node.call('info')));
  const version = info.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
    throw new StoreError('misconfigured', `Redis ${VERSION_MIN.join('.')} or newer is needed, not ${version}`);
  }
  if (info.get('role') !== 'master') {
    if (wasPrimary) throw new StoreError('unavailable', 'Redis has become a replica: waiting for the primary');
    throw new StoreError('misconfigured', 'Redis is a replica, not a primary: name the primary, its Sentinels or its Cluster in REDIS_URL');
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new StoreError('misconfigured', `Redis may evict state (maxmemory-policy ${policy ?? 'unknown'}): set maxmemory-policy noeviction`);
  }
  const entries = await listpackEntries(node);
  if (entries === null || entries >= LISTPACK_ENTRIES_ADVISED) return [];
  return [`hash-max-listpack-entries is ${entries}: set ${LISTPACK_ENTRIES_ADVISED}, or citizens of more payments take three times the memory`];
}

/** Null where CONFIG is not allowed. Before 7.0 the same setting has ziplist in its name. */
async function listpackEntries(node: Redis): Promise<number | null> {
  try {
    const settings = await node.call('config', 'get', 'hash-max-*-entries') as string[];
    return settings[1] === undefined ? null : Number(settings[1]);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return null;
    throw error;
  }
}

function parseInfo(text: string): Map<string, string> {
  return new Map(text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
  }));
}
