/**
 * A paying agent: reads payouts, and when a period is complete writes them as a CSV file to be paid.
 *
 *     KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… OUT_DIR=… node examples/payout-consumer.ts
 *
 * What the topics promise, and what follows from it:
 * - Payouts come at least once: a Map by payoutId takes the repeats away.
 * - A shard's payouts count from its manifest on, and a period is complete when all shards' manifests are there: so
 *   nothing is paid before, and count and digest are checked against the manifests first.
 * - Offsets are committed only when no period is half read: after a crash all of it is read again.
 * Run one of it: of several each would see some of the shards only.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import kafkajs, { type EachMessagePayload } from 'kafkajs';

interface Payout { payoutId: string; programme: string; period: string; citizenId: string; kind: string; amount: number }
interface Manifest { programme: string; period: string; kind: string; shard: number; shards: number; payouts: number; digest: string }

const { KAFKA_BROKERS = 'localhost:9092', SCHEMA_REGISTRY_URL = 'http://localhost:8081/apis/ccompat/v7', TOPIC_PREFIX = '', OUT_DIR = '.' } = process.env;
const { GROUP_ID = `${TOPIC_PREFIX}paying-agent` } = process.env;
const PAYOUTS = `${TOPIC_PREFIX}payouts`;
const CLOSURES = `${TOPIC_PREFIX}period-closures`;

/** What is known of one period and kind that is not written yet. A payout's shard is the partition it came from. */
class Open {
  readonly payouts = new Map<string, Payout & { shard: number }>();
  readonly manifests = new Map<number, Manifest>();

  get isComplete(): boolean {
    const manifests = [...this.manifests.values()];
    const due = manifests.reduce((sum, { payouts }) => sum + payouts, 0);
    return manifests.length > 0 && manifests.length === manifests[0]!.shards && this.payouts.size >= due;
  }

  /** @throws Error when the payouts are not those that the manifests announce */
  check(): void {
    const lines = Map.groupBy(this.payouts.values(), ({ shard }) => shard);
    for (const { shard, digest } of this.manifests.values()) {
      const hash = createHash('sha256');
      for (const line of (lines.get(shard) ?? []).map(({ payoutId, amount }) => `${payoutId}:${amount}\n`).sort()) hash.update(line);
      if (hash.digest('hex') !== digest) throw new Error(`the payouts of shard ${shard} are not those of its manifest: nothing is paid`);
    }
  }
}

const open = new Map<string, Open>();
const registry = new SchemaRegistry({ host: SCHEMA_REGISTRY_URL });
const consumer = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: 'paying-agent', logLevel: kafkajs.logLevel.ERROR })
  .consumer({ groupId: GROUP_ID, retry: { restartOnFailure: () => Promise.resolve(false) } });
/** The next offset of each partition. */
const offsets = new Map<string, { topic: string; partition: number; offset: string }>();

async function take({ topic, partition, message }: EachMessagePayload): Promise<void> {
  const value = await registry.decode(message.value!) as Payout | Manifest;
  const name = `${value.programme}.${value.period}.${value.kind}`;
  const file = join(OUT_DIR, `${name}.csv`);
  // Of a file that is written only repeats can come.
  if (!existsSync(file)) {
    const one = open.get(name) ?? new Open();
    open.set(name, one);
    if ('shards' in value) one.manifests.set(value.shard, value);
    else one.payouts.set(value.payoutId, { ...value, shard: partition });
    if (one.isComplete) await pay(name, file, one);
  }
  offsets.set(`${topic}/${partition}`, { topic, partition, offset: String(BigInt(message.offset) + 1n) });
  if (open.size === 0) await consumer.commitOffsets([...offsets.values()]);
}

/** A file that is there is whole. */
async function pay(name: string, file: string, one: Open): Promise<void> {
  one.check();
  const rows = [...one.payouts.values()].map(({ payoutId, citizenId, amount }) => `${payoutId},${citizenId},${amount}`);
  await writeFile(`${file}.part`, ['payoutId,citizenId,amountCents', ...rows.sort(), ''].join('\n'), { flush: true });
  await rename(`${file}.part`, file);
  open.delete(name);
  console.log(`${file}: ${rows.length} payouts`);
}

consumer.on('consumer.crash', ({ payload: { error } }) => {
  console.error(error.message);
  process.exit(1);
});
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => void consumer.disconnect().then(() => process.exit()));
}
await consumer.connect();
await consumer.subscribe({ topics: [PAYOUTS, CLOSURES], fromBeginning: true });
await consumer.run({ autoCommit: false, eachMessage: take });
console.log(`waiting for periods to close; files go to ${OUT_DIR}`);
