/**
 * The one way to Redis: single, behind Sentinels, or a Cluster; checked; every failure a StoreError.
 *
 * Nothing is resent behind the caller's back (`maxRetriesPerRequest` 0) and nothing waits for ever (command timeout):
 * the caller repeats the call, safely, since every write compares a position first.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { StoreError } from '../../ports/store.ts';
import { parseRedisUrl, type RedisAddress } from './address.ts';
import { isNoScript, storeErrorOf } from './errors.ts';
import { inspectServer } from './server-check.ts';
import type { Answer, ScriptCall } from './script.ts';
import { ScriptCommand } from './script-command.ts';

export interface RedisConnectionOptions {
  /** REDIS_URL; its forms are in address.ts. */
  readonly url: string;
  /** Default 3000: an answer that takes longer counts as lost. */
  readonly commandTimeoutMs?: number;
  /** Default 60000: how often role and eviction policy are read again. */
  readonly checkIntervalMs?: number;
  /** Something an operator should mend, though nothing is wrong yet; said once. */
  readonly onWarning?: (message: string) => void;
}

const COMMAND_TIMEOUT_MS = 3000;
const CHECK_INTERVAL_MS = 60_000;
/** While a server must not be used. */
const FAULT_CHECK_INTERVAL_MS = 1000;
const RETRY_DELAY_MS_MAX = 1000;
const SCAN_COUNT = 1000;

export class RedisConnection {
  readonly #client: Redis | Cluster;
  readonly #onWarning: (message: string) => void;
  readonly #checkIntervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** Why the servers must not be used, as the last check found. */
  #fault: StoreError | null = null;
  readonly #warned = new Set<string>();
  #wasPrimary = false;
  #isClosed = false;

  /** @throws StoreError unavailable, misconfigured; Error when the URL is none */
  static async connect(options: RedisConnectionOptions): Promise<RedisConnection> {
    const client = createClient(parseRedisUrl(options.url), options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS);
    // Without a listener ioredis prints each. Commands are rejected with it, or `connect` with a word of no use.
    let lastError: unknown = null;
    client.on('error', (error) => { lastError = error; });
    const connection = new RedisConnection(client, options);
    try {
      await client.connect();
      await connection.check();
      return connection;
    } catch (error) {
      await connection.close();
      throw storeErrorOf(error instanceof StoreError ? error : lastError ?? error, 'connecting');
    }
  }

  private constructor(client: Redis | Cluster, options: RedisConnectionOptions) {
    this.#client = client;
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#checkIntervalMs = options.checkIntervalMs ?? CHECK_INTERVAL_MS;
    this.#checkLater();
    // After a failover another server answers: nothing is asked of it before it has been checked.
    client.on('close', () => { this.#fault ??= new StoreError('unavailable', 'Redis cannot be reached'); });
    client.on('ready', () => void this.#checkAgain());
  }

  /**
   * Reads role and eviction policy of every primary; from then on calls are refused, or no longer.
   * @throws StoreError misconfigured, unavailable
   */
  async check(): Promise<void> {
    try {
      for (const node of this.#primaries()) {
        for (const warning of await inspectServer(node, this.#wasPrimary)) this.#warn(warning);
      }
      this.#fault = null;
      this.#wasPrimary = true;
    } catch (error) {
      // What cannot be reached fails calls by itself.
      if (error instanceof StoreError) this.#fault = error;
      throw storeErrorOf(error, 'checking the server');
    }
  }

  async run(call: ScriptCall): Promise<Answer> {
    const [answer] = await this.runAll([call]);
    return answer!;
  }

  /**
   * Runs calls on one shard in order, in one pipeline. A later one is sent before the answer to an earlier one: each
   * has to compare what it relies on. Rejects with the first failure, whatever became of the others.
   */
  async runAll(calls: readonly ScriptCall[]): Promise<Answer[]> {
    if (this.#fault !== null) throw this.#fault;
    const answers: Answer[] = [];
    while (answers.length < calls.length) {
      const rest = calls.slice(answers.length);
      const results = await this.#sendAll(rest);
      for (const [i, [error, raw]] of results.entries()) {
        const { script } = rest[i]!;
        if (error !== null && isNoScript(error)) {
          // The server has restarted, or never seen it. Those after it have failed likewise, or will be compared again.
          answers.push(script.answer(await this.#eval(rest[i]!)));
          break;
        }
        if (error !== null) throw storeErrorOf(error, `script ${script.header.name}`);
        answers.push(script.answer(raw));
      }
    }
    return answers;
  }

  /** A hash as Buffers by field name; fields are text. */
  async hash(key: string): Promise<Map<string, Buffer>> {
    if (this.#fault !== null) throw this.#fault;
    try {
      const flat = await this.#client.callBuffer('HGETALL', key) as Buffer[];
      const fields = new Map<string, Buffer>();
      for (let i = 0; i < flat.length; i += 2) fields.set(flat[i]!.toString(), flat[i + 1]!);
      return fields;
    } catch (error) {
      throw storeErrorOf(error, 'reading a hash');
    }
  }

  /** Hands on, in pieces, all keys that begin with a prefix without pattern characters. Reads every key there is. */
  async scan(prefix: string, each: (keys: string[]) => Promise<void>): Promise<void> {
    try {
      for (const node of this.#primaries()) {
        for await (const keys of node.scanStream({ match: `${prefix}*`, count: SCAN_COUNT })) {
          if ((keys as string[]).length > 0) await each(keys as string[]);
        }
      }
    } catch (error) {
      throw storeErrorOf(error, 'scanning keys');
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isClosed = true;
    // Answers to what was sent are awaited; when there is nobody to give them, not.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
  }

  /** A fault is kept and thrown at the calls. */
  async #checkAgain(): Promise<void> {
    await this.check().catch(() => undefined);
    if (!this.#isClosed) this.#checkLater();
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#onWarning(message);
  }

  #checkLater(): void {
    clearTimeout(this.#timer);
    const delayMs = this.#fault === null ? this.#checkIntervalMs : Math.min(FAULT_CHECK_INTERVAL_MS, this.#checkIntervalMs);
    this.#timer = setTimeout(() => {
      if (this.#fault?.code !== 'unavailable' || this.#client.status !== 'ready') void this.#checkAgain();
      // An address that moves with the primary, or Sentinels, may lead elsewhere by now: connected again, it is checked.
      else if (this.#client instanceof Redis) this.#client.disconnect(true);
      // No call is sent that a node could redirect: it has to be asked who is primary.
      else this.#client.refreshSlotsCache(() => void this.#checkAgain());
    }, delayMs).unref();
  }

  #primaries(): Redis[] {
    return this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
  }

  async #sendAll(calls: readonly ScriptCall[]): Promise<[Error | null, unknown][]> {
    try {
      const [first] = calls;
      // The usual case: as fast as a pipeline of one, and a Cluster follows redirections of it more simply.
      if (calls.length === 1) return [[null, await this.#client.sendCommand(new ScriptCommand(first!))]];
      const pipeline = this.#client.pipeline() as ReturnType<Redis['pipeline']> & Pick<Redis, 'sendCommand'>;
      for (const call of calls) pipeline.sendCommand(new ScriptCommand(call));
      return await pipeline.exec() ?? [];
    } catch (error) {
      return [[error as Error, null]];
    }
  }

  async #eval({ script, keyCount, words }: ScriptCall): Promise<unknown> {
    try {
      return await this.#client.callBuffer('eval', script.source, String(keyCount), ...words);
    } catch (error) {
      throw storeErrorOf(error, `script ${script.header.name}`);
    }
  }
}

function createClient(address: RedisAddress, commandTimeout: number): Redis | Cluster {
  const retryStrategy = (attempts: number): number => Math.min(50 * attempts, RETRY_DELAY_MS_MAX);
  const options = {
    // One shape of answers for every version of the server; scripts need no other.
    protocol: 2 as const,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout,
    connectTimeout: commandTimeout,
    db: address.database,
    ...(address.username !== null && { username: address.username }),
    ...(address.password !== null && { password: address.password }),
    ...(address.tls && { tls: {} }),
  } satisfies RedisOptions;
  if (address.kind === 'cluster') {
    return new Cluster([...address.hosts], {
      lazyConnect: true, clusterRetryStrategy: retryStrategy, redisOptions: options, slotsRefreshTimeout: commandTimeout,
    });
  }
  if (address.kind === 'sentinel') {
    return new Redis({
      ...options, retryStrategy, lazyConnect: true, sentinels: [...address.hosts], name: address.masterName!, role: 'master',
      failoverDetector: true, ...(address.tls && { enableTLSForSentinelMode: true }),
    });
  }
  return new Redis({ ...options, ...address.hosts[0], retryStrategy, lazyConnect: true });
}
