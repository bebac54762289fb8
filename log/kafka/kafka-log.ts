/**
 * The log on Kafka, behind the port. Nothing of the client library is seen outside this folder.
 */
import type { Log } from '../../ports/log.ts';
import { AdminClient } from './admin-client.ts';
import type { KafkaConnection } from './connection.ts';
import type { ConsumerTuning } from './consumer-config.ts';
import { KafkaProducer, type Sending } from './producer.ts';
import { KafkaReader } from './reader.ts';
import { KafkaSource } from './source.ts';

export interface KafkaLogOptions {
  /** Before the names of groups, as before those of topics. */
  readonly prefix?: string;
  readonly consumer?: ConsumerTuning;
  /** Default `idempotent`. */
  readonly sending?: Sending;
}

export class KafkaLog implements Log {
  readonly producer: KafkaProducer;
  readonly reader: KafkaReader;
  readonly #connection: KafkaConnection;
  readonly #admin: AdminClient;
  readonly #options: KafkaLogOptions;

  /** Connects when something is asked of it. */
  constructor(connection: KafkaConnection, options: KafkaLogOptions = {}) {
    this.#connection = connection;
    this.#options = options;
    this.#admin = new AdminClient(connection);
    this.producer = new KafkaProducer(connection, this.#admin, options.sending ?? 'idempotent');
    this.reader = new KafkaReader(connection, this.#admin, options.prefix ?? '');
  }

  subscribe(topic: string, group: string): KafkaSource {
    return new KafkaSource(this.#connection, topic, group, this.#options.consumer);
  }

  /** Sends what waits, and ends all connections but those of sources, which are stopped by those who started them. */
  async close(): Promise<void> {
    await this.producer.close();
    await this.reader.close();
    await this.#admin.close();
  }
}
