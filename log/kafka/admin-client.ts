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

export class AdminClient {
  readonly #connection: KafkaConnection;
  #client: Promise<Admin> | undefined;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  /** @throws LogError */
  async call<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    this.#client ??= this.#connect();
    const client = this.#client;
    try {
      return await within(limitMs(this.#connection, 'call'), doing, client.then(work));
    } catch (error) {
      this.#discard(client);
      throw toLogError(error, doing);
    }
  }

  /**
   * The partitions' numbers as the brokers know them now; the other calls go by what the client has kept.
   * @throws LogError no-such-partition when there is no such topic
   */
  async partitionsOf(topic: string): Promise<readonly number[]> {
    return this.call(`metadata of ${topic}`, async (admin) => {
      // Asked for one topic that is not there, the library swallows the answer and fails on null.
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] }).catch(async (error: unknown) => {
        if ((await admin.listTopics()).includes(topic)) throw error;
        return { topics: [] };
      });
      const found = topics.find(({ name }) => name === topic);
      if (found === undefined) throw new LogError('no-such-partition', `there is no topic ${topic}`);
      return found.partitions.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
    });
  }

  /** Makes the next call begin with fresh metadata. */
  refresh(): void {
    if (this.#client !== undefined) this.#discard(this.#client);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await abandon(limitMs(this.#connection, 'leave'), client.then((admin) => admin.disconnect()));
  }

  async #connect(): Promise<Admin> {
    const admin = connect(this.#connection).admin();
    await admin.connect();
    return admin;
  }

  #discard(client: Promise<Admin>): void {
    if (this.#client === client) this.#client = undefined;
    void abandon(limitMs(this.#connection, 'leave'), client.then((admin) => admin.disconnect()));
  }
}
