/**
 * REDIS_URL: one Redis, Sentinels, or a Cluster.
 *
 *     redis://[user:password@]host[:port][/database]
 *     redis+sentinel://[user:password@]host[:port],host[:port],…/master-name
 *     redis+cluster://[user:password@]host[:port],host[:port],…
 *
 * `rediss` in place of `redis` means TLS. User and password are those of Redis, percent-encoded; Sentinels are asked
 * without. Default ports: 6379, Sentinels 26379. Not a `URL`: it takes one host only. Errors never repeat the text,
 * which may hold a password.
 */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly hosts: readonly RedisHost[];
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** The name that Sentinels know the master by. */
  readonly masterName: string | null;
}

const FORM = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/@]+)(?:\/([^/]*))?$/;
const HOST = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;

/** @throws Error that says what is wrong with REDIS_URL */
export function parseRedisUrl(url: string): RedisAddress {
  const form = FORM.exec(url);
  if (form === null) throw wrong('must be of the form redis[s][+sentinel|+cluster]://[user:password@]host[:port][,…][/…]');
  const [, tls, topology, username, password, hosts, path] = form;
  const kind = (topology ?? 'single') as RedisAddress['kind'];
  const address = {
    kind,
    tls: tls === 's',
    hosts: hosts!.split(',').map((text) => parseHost(text, kind === 'sentinel' ? 26379 : 6379)),
    username: decoded(username),
    password: decoded(password),
    database: kind === 'single' && path ? databaseOf(path) : 0,
    masterName: kind === 'sentinel' ? path ?? null : null,
  };
  if (kind === 'single' && address.hosts.length > 1) throw wrong('names several hosts: use redis+sentinel:// or redis+cluster://');
  if (kind === 'sentinel' && !address.masterName) throw wrong('lacks the master name: redis+sentinel://host:port,…/master-name');
  if (kind === 'cluster' && path) throw wrong('names a database: a Cluster has only one');
  return address;
}

function databaseOf(path: string): number {
  if (!/^\d{1,9}$/.test(path)) throw wrong('names a database that is no number');
  return Number(path);
}

function parseHost(text: string, defaultPort: number): RedisHost {
  const form = HOST.exec(text);
  const port = form?.[3] === undefined ? defaultPort : Number(form[3]);
  if (form === null || port < 1 || port > 65535) throw wrong('has a host or port that is none');
  return { host: form[1] ?? form[2]!, port };
}

function decoded(part: string | undefined): string | null {
  if (!part) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('has a user or password that is not percent-encoded');
  }
}

function wrong(what: string): Error {
  return new Error(`REDIS_URL ${what}`);
}
