/**
 * An acquirer that publishes card transactions itself, as they happen: JSON lines on standard input, with the fields of
 * schemas/card-transaction.avsc (hashPan in hex, trxDate in milliseconds).
 *
 *     KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node examples/acquirer-producer.ts < transactions.jsonl
 *
 * What matters:
 * - The key is the card, its 32 bytes: a card's transactions stay in order, whatever the number of partitions.
 * - Acks of all replicas, and one request at a time. A line counts as sent when it is acknowledged; whoever is not sure
 *   sends it again: the same transaction again changes nothing.
 * - No transactional producer, and no timestamp: when a transaction arrived is for the brokers to say.
 * - A line that is wrong is told by its number. Its content may hold a card number, so nobody prints it.
 */
import { createInterface } from 'node:readline';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import kafkajs, { type Message } from 'kafkajs';

const { KAFKA_BROKERS = 'localhost:9092', SCHEMA_REGISTRY_URL = 'http://localhost:8081/apis/ccompat/v7', TOPIC_PREFIX = '' } = process.env;
const TOPIC = `${TOPIC_PREFIX}card-transactions`;
const REQUEST_LINES_MAX = 500;

const registry = new SchemaRegistry({ host: SCHEMA_REGISTRY_URL });
// The schema is the programme's: an acquirer takes it from the registry, and registers none.
const schemaId = await registry.getLatestSchemaId(`${TOPIC}-value`);
const producer = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: 'acquirer', logLevel: kafkajs.logLevel.ERROR })
  .producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });

async function messageOf(line: string): Promise<Message> {
  const transaction = JSON.parse(line) as { hashPan: string };
  if (!/^[0-9A-Fa-f]{64}$/.test(transaction.hashPan)) throw new Error('hashPan');
  const key = Buffer.from(transaction.hashPan, 'hex');
  return { key, value: await registry.encode(schemaId, { ...transaction, hashPan: key }) };
}

let line = 0;
let sent = 0;
let refused = 0;
let waiting: Message[] = [];

async function send(): Promise<void> {
  if (waiting.length === 0) return;
  const messages = waiting;
  waiting = [];
  await producer.send({ topic: TOPIC, acks: -1, messages });
  sent += messages.length;
}

await producer.connect();
// Read from here on: lines that come while nobody listens would be lost.
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
// No more lines; what has been read is sent before the end.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => { lines.close(); });
for await (const text of lines) {
  line++;
  try {
    waiting.push(await messageOf(text));
  } catch {
    refused++;
    console.error(`line ${line} is no card transaction`);
  }
  if (waiting.length >= REQUEST_LINES_MAX) await send();
}
await send();
await producer.disconnect();
console.log(`${sent} transactions sent, ${refused} lines refused`);
process.exitCode = refused > 0 ? 3 : 0;
