/**
 * From publishing a payment until it is in its citizen's total, at a steady rate, as in production (ARRIVAL=broker).
 *
 * A card counts from the midnight after its enrolment, and no benchmark waits for one: the cards are enrolled on the
 * topic, and the index is given the histories that the fold would have made of them a month ago.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprintOf } from '../../processors/fingerprint.ts';
import { parseProgramme } from '../../programme/parse.ts';
import { Random } from '../../runtime/random.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { Calendar } from '../../programme/calendar.ts';
import { CpuMeter } from './cpu.ts';
import { environmentOf, RunningProcessor } from './processor.ts';
import { openRun, type Partitions, type Run, type Servers } from './stack.ts';

const DAY_MS = 86_400_000;
const TICK_MS = 10;
/** Citizens whose totals are watched, one payment each; a watch costs a small read a millisecond while it lasts. */
const SAMPLES_A_SECOND = 20;
const WARM_UP_MS = 5_000;
/** A payment that is not visible by then is lost. */
const VISIBLE_MS_MAX = 30_000;

export interface LatencyOptions {
  readonly perSecond: number;
  readonly seconds: number;
  readonly partitions: Partitions;
  readonly outDir: string;
  readonly seed: number;
}

export interface Latency {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core, percent. */
  readonly processorPercent: number;
  readonly redisPercent: number;
}

export async function latency(servers: Servers, { perSecond, seconds, partitions, outDir, seed }: LatencyOptions): Promise<Latency> {
  const programmeFile = join(outDir, 'latency-programme.json');
  const json = programmeOfNow();
  writeFileSync(programmeFile, json);
  const programme = parseProgramme(json);
  const run = await openRun(servers, 'latency.', 'broker', partitions, programme);
  const cards = makeCards(perSecond * seconds, seed);
  await enrol(run, cards, new Calendar(programme.timeZone).nextMidnightMs(Date.now() - 31 * DAY_MS));
  const processor = await RunningProcessor.start(['enrol', 'qualify', 'accrue'], environmentOf(servers, run, programmeFile));
  while (!await processor.isReady()) await sleep(100);

  const publish = (card: number, idTrxAcquirer: string) => run.log.producer.append([{
    topic: run.topic('card-transactions'), partition: partitionOf(cards[card]!, partitions.transactions),
    records: [{ key: cards[card]!, value: run.serdes.transaction.encode(payment(cards[card]!, idTrxAcquirer)) }],
  }]);
  const meter = new CpuMeter({ processor: processor.pid, redis: servers.redisPid });
  const watches: Promise<number>[] = [];
  const ticks = (WARM_UP_MS + seconds * 1000) / TICK_MS;
  const aTick = perSecond * TICK_MS / 1000;
  const sampleEvery = Math.max(1, Math.round(1000 / TICK_MS / SAMPLES_A_SECOND));
  const startMs = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    await sleep(Math.max(0, startMs + tick * TICK_MS - performance.now()));
    for (let i = 0; i < aTick; i++) {
      const sent = performance.now();
      const card = (tick * aTick + i) % cards.length;
      void publish(card, `T${tick}x${i}`);
      const watched = i === 0 && tick % sampleEvery === 0 && tick * TICK_MS >= WARM_UP_MS && tick * aTick < cards.length;
      if (watched) watches.push(visible(run, citizenOf(card), partitions).then((ms) => ms - sent));
    }
  }
  const times = (await Promise.all(watches)).sort((a, b) => a - b);
  const { cpuMs, wallMs } = meter.read();
  await processor.stop();
  await run.close();
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return {
    samples: times.length, p50Ms: at(0.5), p99Ms: at(0.99),
    processorPercent: 100 * cpuMs.processor / wallMs, redisPercent: 100 * cpuMs.redis / wallMs,
  };
}

/** When the citizen's set holds a record: what every answer about the citizen is made of. */
async function visible(run: Run, citizenId: string, partitions: Partitions): Promise<number> {
  const shard = partitionOf(Buffer.from(citizenId), partitions.ledger);
  const deadlineMs = performance.now() + VISIBLE_MS_MAX;
  for (;;) {
    const { sets: [set] } = await run.citizens.sets(shard, [citizenId]);
    const nowMs = performance.now();
    if (set!.length > 0) return nowMs;
    if (nowMs > deadlineMs) throw new Error(`a payment was not visible within ${VISIBLE_MS_MAX} ms`);
    await sleep(1);
  }
}

async function enrol(run: Run, cards: readonly Buffer[], fromMs: number): Promise<void> {
  const topic = run.topic('card-enrolments');
  const places = Map.groupBy(cards.keys(), (card) => partitionOf(cards[card]!, run.partitions.cards));
  for (const [partition, members] of places) {
    const records = members.map((card) => ({
      key: cards[card]!,
      value: run.serdes.enrolment.encode({ hashPan: cards[card]!, citizenId: citizenOf(card), event: 'ENROLLED', at: fromMs - DAY_MS }),
    }));
    await run.log.producer.append([{ topic, partition, records }]);
    await run.cards.claim(partition);
    const next = records.length;
    for await (const read of run.log.reader.range(topic, partition, next - 1, next)) {
      await run.cards.commit(partition, {
        expected: 0, next, fingerprint: fingerprintOf(read.at(-1)!), counts: { applied: next },
        changes: members.map((card) => ({ card: cards[card]!, history: [{ fromMs, citizenId: citizenOf(card) }] })),
      });
    }
  }
}

function makeCards(count: number, seed: number): Buffer[] {
  const random = Random.of(seed, 'latency');
  return Array.from({ length: count }, () => {
    const card = Buffer.alloc(32);
    for (let at = 0; at < card.length; at += 4) card.writeUInt32BE(random.uint32(), at);
    return card;
  });
}

function citizenOf(card: number): string {
  return `L${String(card).padStart(15, '0')}`;
}

function payment(hashPan: Buffer, idTrxAcquirer: string): CardTransaction {
  return {
    acquirerCode: 'ACQ01', operationType: 'PAYMENT', circuitType: '00', hashPan, trxDate: Date.now() - 60_000, idTrxAcquirer,
    correlationId: null, amount: 1234, currency: '978', acquirerId: '12345678901', merchantId: '123456789012345',
    terminalId: '87654321', mcc: '5411', posType: 'PHYSICAL',
  };
}

/** The trade of a month before and a month after now. */
function programmeOfNow(): string {
  const date = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  return JSON.stringify({
    programme: 'bench', timeZone: 'Europe/Rome', currency: '978',
    periods: [{
      id: 'now', from: date(-30), until: date(30), grace: 'P30D',
      rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 10,
    }],
  });
}
