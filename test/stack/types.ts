/**
 * What tests know of the servers, whoever runs them. The providers: `environment` (servers that are there already),
 * `local` (processes of this machine), `testcontainers` (Docker).
 */

export const PROVIDERS = ['environment', 'local', 'testcontainers'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** A provider that can start servers of a test's own, to be killed and emptied. */
export type Launcher = Exclude<Provider, 'environment'>;

/** Where the servers are. */
export interface Endpoints {
  readonly provider: Provider;
  /** `host:port` of each bootstrap broker. */
  readonly brokers: string[];
  readonly redisUrl: string;
  /** Base of the Confluent API, `http://…/apis/ccompat/v7` for Apicurio; no slash at the end. */
  readonly registryUrl: string;
}

/** A broker, a Redis and a registry, shared by the tests of a run. */
export interface Stack extends Endpoints {
  stop(): Promise<void>;
}

/** One server of a test's own. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** Where its data lies; only of local processes. */
  readonly dataDir?: string;
  /** Ends it at once and removes its data; again is harmless. */
  stop(): Promise<void>;
  /** SIGKILL. The data stays, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, whether it was killed or still runs; resolves once it answers. */
  restart(): Promise<void>;
}

export interface KafkaServer extends Server {
  readonly brokers: string[];
}

export interface RedisServer extends Server {
  readonly url: string;
}

export interface RegistryServer extends Server {
  /** As `Endpoints.registryUrl`. */
  readonly url: string;
}

export interface RedisOptions {
  /**
   * Directives of redis.conf, over the stack's defaults (append-only file on, no snapshots, noeviction).
   * Names of either age are taken: `hash-max-listpack-entries` reaches a Redis 6 under its older name.
   */
  config?: Record<string, string>;
}

/** Primaries that share the 16384 slots. */
export interface RedisCluster {
  readonly nodes: RedisServer[];
  /** `redis://host:port,host:port,…` */
  readonly url: string;
  stop(): Promise<void>;
}
