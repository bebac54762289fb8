/**
 * The one producer of the process: one request at a time, waiting sends merged into the next.
 *
 * kafkajs loses acknowledged records when idempotent sends overlap, and counts sequence numbers wrongly after some
 * errors: so no two sends overlap, and at the first error that escapes its (bounded) retries the client is thrown away
 * with its producer id. What was sent then may be there or not: callers derive their outputs again, and nothing is sent
 * twice here. Nor by a client that was thrown away: its own retries outlive `disconnect`, and connect anew.
 */
import kafkajs from 'kafkajs';
import type { Producer as Client, RecordMetadata, TopicMessages } from 'kafkajs';
import { LogError } from '../../ports/log.ts';
import type { Append, Appended, Producer } from '../../ports/log.ts';
import type { AdminClient } from './admin-client.ts';
import { connect, limitMs, RETRY } from './connection.ts';
import type { KafkaConnection } from './connection.ts';
import { toLogError } from './errors.ts';
import { toMessage } from './records.ts';
import { piecesOf, takeRequest } from './send-queue.ts';
import type { Piece, Waiting } from './send-queue.ts';
import { abandon, within } from './within.ts';

/** After a refusal of merged sends, so many go one by one, to show whose it was. */
const UNMERGED_AFTER_REFUSAL = 100;
const ALL_REPLICAS = -1;

/**
 * Whether the library may send again what got no answer. `idempotent`: brokers know a producer's last batches, and take
 * none twice. But records dated long ago did come twice, a whole request, when a broker was killed and came back: most
 * likely since it drops what it knows of producers whose newest record is a day old, by the record's own time. So
 * whoever sends such sends `once`.
 */
export type Sending = 'idempotent' | 'once';

/** A client, until it is thrown away. */
interface Session {
  readonly client: Client;
  isOver: boolean;
}

export class KafkaProducer implements Producer {
  readonly #connection: KafkaConnection;
  readonly #admin: AdminClient;
  readonly #sending: Sending;
  #queue: Piece[] = [];
  #session: Session | undefined;
  #draining: Promise<void> | undefined;
  #unmerged = 0;
  #closed = false;

  constructor(connection: KafkaConnection, admin: AdminClient, sending: Sending) {
    this.#connection = connection;
    this.#admin = admin;
    this.#sending = sending;
  }

  append(appends: readonly Append[]): Promise<readonly Appended[]> {
    if (appends.some(({ records }) => records.length === 0)) return Promise.reject(new RangeError('an append without records'));
    if (this.#closed) return Promise.reject(new LogError('unavailable', 'the producer is closed'));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { appended: [], piecesLeft: 0, resolve, reject };
      const pieces = piecesOf(appends, waiting);
      waiting.piecesLeft = pieces.length;
      if (pieces.length === 0) return resolve([]);
      this.#queue.push(...pieces);
      this.#draining ??= this.#drain();
    });
  }

  /** Sends what waits, then ends. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    await this.#discard();
  }

  /** Begins in a later turn, so that what is appended in this one goes together. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#sendNext();
    this.#draining = undefined;
  }

  async #sendNext(): Promise<void> {
    const pieces = takeRequest(this.#queue, this.#unmerged === 0);
    if (this.#unmerged > 0) this.#unmerged--;
    try {
      const answers = await within(limitMs(this.#connection, 'append'), 'append', this.#send(pieces));
      await this.#assertAnswered(pieces, answers);
      settle(pieces, answers);
    } catch (error) {
      await this.#discard();
      this.#reject(pieces, toLogError(error, 'append'));
    }
  }

  /**
   * The library leaves out, silently, what is not in its metadata, which may be older than a partition that was added:
   * the next client will ask anew. Whether the records were written in an earlier try is not known either.
   * @throws LogError
   */
  async #assertAnswered(pieces: readonly Piece[], answers: readonly RecordMetadata[]): Promise<void> {
    const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
    for (const { topic, partition } of pieces) {
      if (answered.has(`${topic}/${partition}`)) continue;
      const isThere = (await this.#admin.partitionsOf(topic)).some((known) => known.partition === partition);
      if (!isThere) throw new LogError('no-such-partition', `there is no partition ${topic}/${partition}`);
      throw new LogError('unavailable', `${topic}/${partition}: not known to the client yet`);
    }
  }

  async #send(pieces: readonly Piece[]): Promise<RecordMetadata[]> {
    const { client } = this.#session ??= this.#open();
    await client.connect();
    return client.sendBatch({
      acks: ALL_REPLICAS,
      compression: kafkajs.CompressionTypes.None,
      topicMessages: messagesOf(pieces),
    });
  }

  #open(): Session {
    const client = connect(this.#connection).producer({
      idempotent: this.#sending === 'idempotent',
      retry: this.#sending === 'idempotent' ? RETRY : { ...RETRY, retries: 0 },
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Asked at each try, so here a try that comes too late can be ended.
      createPartitioner: () => ({ message }) => {
        if (session.isOver) throw new kafkajs.KafkaJSNonRetriableError('thrown away');
        return message.partition!;
      },
    });
    const session: Session = { client, isOver: false };
    return session;
  }

  #reject(pieces: readonly Piece[], error: LogError): void {
    const calls = new Set(pieces.map(({ waiting }) => waiting));
    // Pieces of these calls that still wait would be sent for nobody.
    this.#queue = this.#queue.filter(({ waiting }) => !calls.has(waiting));
    const shared = calls.size > 1 && error.remedy === 'stop';
    if (shared) this.#unmerged = UNMERGED_AFTER_REFUSAL;
    const verdict = shared ? new LogError('unavailable', 'append: refused together with others', { cause: error }) : error;
    for (const { reject } of calls) reject(verdict);
  }

  async #discard(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    session.isOver = true;
    await abandon(limitMs(this.#connection, 'leave'), session.client.disconnect());
  }
}

function messagesOf(pieces: readonly Piece[]): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const { topic, partition, records } of pieces) {
    let entry = topics.get(topic);
    if (entry === undefined) topics.set(topic, entry = { topic, messages: [] });
    for (const record of records) entry.messages.push(toMessage(record, partition));
  }
  return [...topics.values()];
}

/** @throws LogError */
function settle(pieces: readonly Piece[], answers: readonly RecordMetadata[]): void {
  const places = new Map<string, { next: number; appendTimeMs: number | null }>();
  for (const { topicName, partition, baseOffset, logAppendTime } of answers) {
    const timeMs = Number(logAppendTime ?? -1);
    places.set(`${topicName}/${partition}`, { next: Number(baseOffset), appendTimeMs: timeMs < 0 ? null : timeMs });
  }
  for (const { topic, partition } of pieces) {
    if (!(places.get(`${topic}/${partition}`)!.next >= 0)) throw new LogError('unavailable', `${topic}/${partition}: acknowledged without an offset`);
  }
  for (const { waiting, index, first, topic, partition, records } of pieces) {
    const place = places.get(`${topic}/${partition}`)!;
    if (first) waiting.appended[index] = { topic, partition, baseOffset: place.next, appendTimeMs: place.appendTimeMs };
    place.next += records.length;
    if (--waiting.piecesLeft === 0) waiting.resolve(waiting.appended);
  }
}
