/**
 * One admin client, made when it is first used, and thrown away at any error: its metadata may be stale, and it has no
 * public way to read it anew.
 */
import type { Admin } from 'kafkajs';
import { LogError } from '../../ports/log.ts';
import { connect, limitMs } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { toLogError } from './errors.ts';
import { abandon, within } from './within.ts';

/** A client, and the end of the line of those who wait for it. */
interface Line {
  readonly client: Promise<Admin>;
  turn: Promise<unknown>;
  failed: boolean;
}

export interface PartitionState {
  readonly partition: number;
  /** Whether enough replicas are in sync for the high watermark to move. */
  readonly inSync: boolean;
}

/**
 * Brokers hold the high watermark where fewer than min.insync.replicas are in sync. That setting is asked to be at least
 * two of three replicas; not knowing it here, a majority is taken. Of two replicas one may be away.
 */
export function isInSync(replicas: number, inSync: number): boolean {
  return inSync >= (replicas < 3 ? 1 : Math.floor(replicas / 2) + 1);
}

export class AdminClient {
  readonly #connection: KafkaConnection;
  #line: Line | undefined;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  /**
   * Calls go one at a time: a topic that one of them asks for the first time is missing from the metadata which another
   * has just begun to fetch, and the library then fails on nothing, for both. Who waits behind a call that fails need not
   * try the same brokers again.
   * @throws LogError
   */
  call<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    const line = this.#line ??= { client: this.#connect(), turn: Promise.resolve(), failed: false };
    const done = line.turn.then(() => this.#call(line, doing, work));
    line.turn = done.catch(() => undefined);
    return done;
  }

  async #call<T>(line: Line, doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    if (line.failed) throw new LogError('unavailable', `${doing}: given up with a call before it`);
    if (line !== this.#line) return this.call(doing, work); // It asks for fresh metadata.
    try {
      return await within(limitMs(this.#connection, 'call'), doing, line.client.then(work));
    } catch (error) {
      line.failed = true;
      this.#discard(line);
      throw toLogError(error, doing);
    }
  }

  /**
   * The partitions in their order, as the brokers know them now; the other calls go by what the client has kept.
   * @throws LogError no-such-partition when there is no such topic
   */
  async partitionsOf(topic: string): Promise<readonly PartitionState[]> {
    return this.call(`metadata of ${topic}`, async (admin) => {
      // Asked for one topic that is not there, the library swallows the answer and fails on null.
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] }).catch(async (error: unknown) => {
        if ((await admin.listTopics()).includes(topic)) throw error;
        return { topics: [] };
      });
      const found = topics.find(({ name }) => name === topic);
      if (found === undefined) throw new LogError('no-such-partition', `there is no topic ${topic}`);
      return found.partitions
        .map(({ partitionId, replicas, isr }) => ({ partition: partitionId, inSync: isInSync(replicas.length, isr.length) }))
        .sort((a, b) => a.partition - b.partition);
    });
  }

  /** Makes the next call begin with fresh metadata. */
  refresh(): void {
    if (this.#line !== undefined) this.#discard(this.#line);
  }

  async close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    if (line !== undefined) await abandon(limitMs(this.#connection, 'leave'), line.client.then((admin) => admin.disconnect()));
  }

  async #connect(): Promise<Admin> {
    const admin = connect(this.#connection).admin();
    await admin.connect();
    return admin;
  }

  /** Once the call under way is over: `refresh` may come while another one's is. */
  #discard(line: Line): void {
    if (this.#line === line) this.#line = undefined;
    void abandon(limitMs(this.#connection, 'leave'), line.turn.then(() => line.client).then((admin) => admin.disconnect()));
  }
}
