/**
 * A close by the brokers' clock, on real servers: acquirers publish before, during and after it, two processes close at
 * once, one of them with a clock a day ahead, the other killed on the way, the store emptied between freeze and payout.
 *
 * Enrolments count from the day after they arrive. So they are loaded first, with ARRIVAL=producer; then the topics are
 * given over to the brokers' time, and a period is made that ends in half a minute.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Connected } from '../../cli/connect.ts';
import { readConfig } from '../../config/config.ts';
import { createLogger } from '../../config/logger.ts';
import { parseProgramme } from '../../programme/parse.ts';
import type { Context } from '../../processors/context.ts';
import { newestReceipt } from '../../processors/receipts.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { payoutRow, payoutsOf } from '../../reports/rows.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { runCli } from '../cli/run-cli.ts';
import type { DataSet } from '../e2e/data-set.ts';
import { Processor } from '../e2e/processor.ts';
import { TopicSurgery } from '../e2e/surgery.ts';
import { System } from '../e2e/system.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';

const DAY_MS = 86_400_000;
const CITIZENS = 30;
const GRACE_MS = 5_000;
const MARGIN_MS = 2_000;
const LIMIT_MS = 150_000;
/** Until the period ends: the processors have to be at work before. */
const AHEAD_MS = 40_000;

const cardOf = (citizen: number): Buffer => Buffer.alloc(32, citizen + 1);
const programmeUntil = (untilMs: number): string => JSON.stringify({
  programme: 'live', timeZone: 'UTC', currency: '978',
  periods: [{
    id: 'now', from: new Date(untilMs - 2 * DAY_MS).toISOString().slice(0, 10), until: new Date(untilMs).toISOString().slice(0, 19),
    grace: `PT${GRACE_MS / 1000}S`, rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 2,
    superCashback: { ranks: 3, cents: 150_000 },
  }],
});

describeWithStack('a close by the brokers\' clock', () => {
  const stack = sharedStack();
  const processors: Processor[] = [];
  let folder: string;
  let preload: System;
  let environment: Readonly<Record<string, string>>;
  let connected: Connected;
  let context: Context;
  let untilMs: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tornaconto-close-'));
    const programmeFile = join(folder, 'programme.json');
    const put = async (ms: number): Promise<void> => { await writeFile(programmeFile, programmeUntil(Math.ceil(ms / 1000) * 1000)); };
    await put(Date.now() + DAY_MS);
    preload = new System(stack, { programmeFile, programme: parseProgramme(programmeUntil(0)) } as DataSet, { LEDGER_PARTITIONS: '4' });
    await preload.makeTopics();
    const enrolments = join(folder, 'enrolments.csv');
    const at = new Date(Date.now() - 10 * DAY_MS).toISOString();
    const lines = Array.from({ length: CITIZENS }, (_, citizen) => `${cardOf(citizen).toString('hex')},c${citizen},ENROLLED,${at}`);
    await writeFile(enrolments, ['hashPan,citizenId,event,at', ...lines, ''].join('\n'));
    await preload.publish('enrolments', [enrolments]);
    const loader = preload.start('enrol');
    await preload.untilFolded(LIMIT_MS);
    await loader.stop();
    await preload.stop();

    const surgery = await TopicSurgery.open(stack.brokers);
    for (const topic of ['card-transactions', 'card-enrolments']) await surgery.configure(preload.prefix + topic, 'message.timestamp.type', 'LogAppendTime');
    await surgery.close();
    untilMs = Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000;
    await put(untilMs);
    environment = { ...preload.environment, ARRIVAL: 'broker', CLOSE_MARGIN: `PT${MARGIN_MS / 1000}S`, SKEW_MARGIN: 'PT0S' };
    const programme = parseProgramme(programmeUntil(untilMs));
    connected = await connect(readConfig(['kafka', 'registry', 'redis', 'programme'], environment), programme, createLogger({ logLevel: 'silent', serviceName: 'test' }));
    ({ context } = connected.of('test'));
  });
  afterAll(async () => {
    await Promise.all(processors.filter(({ end }) => end === undefined).map((processor) => processor.kill()));
    await connected.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (roles: string, more: Readonly<Record<string, string>> = {}): Promise<Processor> => {
    const processor = new Processor(roles, { ...environment, ...more });
    processors.push(processor);
    return processor.listening();
  };

  test('pays what arrived in time, once, and not before the brokers\' clock says so', async () => {
    const acquirer = new Acquirer(context, untilMs);
    const publishing = acquirer.publish();
    const [mortal] = await Promise.all([
      start('enrol,qualify,accrue,close'),
      start('qualify,accrue,close', { NODE_OPTIONS: `--import ${resolve(import.meta.dirname, 'day-ahead.ts')}` }),
    ]);
    // Between freeze and payout, or near it: at the first payout.
    await until(async () => (await high('payouts')) > 0);
    await mortal.kill();
    await emptyStore();
    await start('enrol,accrue');
    await until(async () => (await high('period-closures')) >= 8);
    acquirer.stop();
    await publishing;

    const deadlineMs = context.programme.periods[0]!.deadlineMs;
    const paid = (await payoutsOf(context)).map((payout) => payoutRow(payout).slice(1).join());
    const due = await acquirer.due(deadlineMs);
    expect(due.arrived.before).toBeGreaterThan(2 * CITIZENS);
    expect(due.arrived.after).toBeGreaterThan(0);
    expect(paid).toEqual(due.payouts);
    for await (const { record } of topicValues(context, 'payouts', context.serdes.payout)) {
      expect(record.timestampMs).toBeGreaterThanOrEqual(deadlineMs + MARGIN_MS);
    }
    // A shard that was paid before the store was emptied may still be folded again.
    await until(isFolded);
    const verdict = await runCli(['verify', 'now'], environment);
    expect([verdict.code, verdict.stdout]).toEqual([0, expect.stringContaining('no differences')]);
    for (const processor of processors.slice(1)) {
      expect((await processor.metrics()).filter(({ name }) => name === 'tornaconto_alarms_total').reduce((sum, { value }) => sum + value, 0)).toBe(0);
    }
  });

  test('a reversal that comes afterwards is an adjustment', async () => {
    const acquirer = new Acquirer(context, untilMs);
    await acquirer.reverse(0);
    await until(async () => (await high('adjustments')) > 0);
    const verdict = await runCli(['verify', 'now', '--json'], environment);
    expect(JSON.parse(verdict.stdout)).toMatchObject({ closed: true, adjustments: { count: 1, amountCents: -100 }, differenceCount: 0 });
    const [period] = (JSON.parse((await runCli(['periods', '--json'], environment)).stdout) as { periods: { state: string }[] }).periods;
    expect(period!.state).toBe('closed');
  });

  async function isFolded(): Promise<boolean> {
    const { reader, topic, citizens } = context;
    for (const [partition, marks] of (await reader.watermarks(topic('card-transactions'))).entries()) {
      const receipt = await newestReceipt(context, partition);
      if ((receipt?.end ?? 0) < marks.high) return false;
    }
    for (const [shard, marks] of (await reader.watermarks(topic('citizen-ledger'))).entries()) {
      if ((await citizens.counts(shard)).position < marks.high) return false;
    }
    return true;
  }

  async function high(topic: 'payouts' | 'period-closures' | 'adjustments'): Promise<number> {
    return (await context.reader.watermarks(context.topic(topic))).reduce((sum, marks) => sum + marks.high, 0);
  }

  /** All citizens' state, as after a failover to nothing. (The cards' was loaded by another clock.) */
  async function emptyStore(): Promise<void> {
    const redis = new Redis(stack.redisUrl);
    const keys = await redis.keys(`${preload.prefix}*`);
    const ledger = keys.filter((key) => key.startsWith(`${preload.prefix}{L`));
    if (ledger.length > 0) await redis.del(...ledger);
    await redis.quit();
  }
});

/** Publishes payments of all citizens, dated now, as long as it is not stopped. */
class Acquirer {
  readonly #context: Context;
  readonly #untilMs: number;
  #count = 0;
  #stopped = false;

  constructor(context: Context, untilMs: number) {
    this.#context = context;
    this.#untilMs = untilMs;
  }

  stop(): void {
    this.#stopped = true;
  }

  async publish(): Promise<void> {
    while (!this.#stopped) {
      const citizen = (this.#count * 7) % CITIZENS;
      // Also late ones are of the period: it is their arrival that is judged.
      await this.#send(citizen, `p${this.#count++}`, 'PAYMENT', Math.min(Date.now(), this.#untilMs - 1), 1000, null);
      await sleep(100);
    }
  }

  /** The first payment of the first citizen. */
  async reverse(payment: number): Promise<void> {
    await this.#send(0, `r${payment}`, 'REVERSAL', Date.now(), 1000, `p${payment}`);
  }

  /** What was published, as the brokers have stamped it, by the contract's rules written out once more. */
  async due(deadlineMs: number): Promise<{ payouts: string[]; arrived: { before: number; after: number } }> {
    const arrived = { before: 0, after: 0 };
    const counts = new Map<string, { transactions: number; lastMs: number }>();
    for await (const { value, record } of topicValues(this.#context, 'card-transactions', this.#context.serdes.transaction)) {
      if (record.timestampMs >= deadlineMs) {
        arrived.after++;
        continue;
      }
      arrived.before++;
      const citizenId = `c${value.hashPan[0]! - 1}`;
      const count = counts.get(citizenId) ?? { transactions: 0, lastMs: 0 };
      counts.set(citizenId, { transactions: count.transactions + 1, lastMs: Math.max(count.lastMs, value.trxDate) });
    }
    const paid = [...counts].filter(([, { transactions }]) => transactions >= 2)
      .map(([citizenId, count]) => ({ citizenId, ...count })).sort((a, b) => (a.citizenId < b.citizenId ? -1 : 1));
    const best = paid.toSorted((a, b) => b.transactions - a.transactions || a.lastMs - b.lastMs).slice(0, 3);
    return {
      arrived,
      payouts: [
        ...paid.map(({ citizenId, transactions }) => `${citizenId},now,CASHBACK,${transactions},${Math.min(15_000, 100 * transactions)}`),
        ...paid.filter((one) => best.includes(one)).map(({ citizenId, transactions }) => `${citizenId},now,SUPER_CASHBACK,${transactions},150000`),
      ],
    };
  }

  async #send(
    citizen: number, id: string, operationType: 'PAYMENT' | 'REVERSAL', trxDate: number, amount: number, correlationId: string | null,
  ): Promise<void> {
    const { producer, serdes, topic, partitions } = this.#context;
    const hashPan = cardOf(citizen);
    const value = serdes.transaction.encode({
      acquirerCode: '12345', operationType, circuitType: '00', hashPan, trxDate, idTrxAcquirer: id, correlationId: correlationId ?? id, amount,
      currency: '978', acquirerId: 'a', merchantId: 'm', terminalId: 't', mcc: '5411', posType: 'PHYSICAL',
    });
    await producer.append([{ topic: topic('card-transactions'), partition: partitionOf(hashPan, partitions('card-transactions')), records: [{ key: hashPan, value }] }]);
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !(await isSo());) {
    if (performance.now() > endMs) throw new Error('it takes too long');
    await sleep(100);
  }
}
