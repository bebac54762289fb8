/**
 * The examples at work, from one end to the other: an acquirer publishes, the programme closes a period, a paying agent
 * that is killed on the way writes the file to be paid.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseProgramme } from '../../programme/parse.ts';
import { payoutId } from '../../programme/ids.ts';
import { topicValues } from '../../processors/topic-values.ts';
import type { DataSet } from '../e2e/data-set.ts';
import { System } from '../e2e/system.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { startExample, type Example } from './example.ts';

const DAY_MS = 86_400_000;
const CITIZENS = 20;
const LIMIT_MS = 120_000;

const day = (fromToday: number): string => new Date(Date.now() + fromToday * DAY_MS).toISOString().slice(0, 10);
/** A period that has just ended, its grace still running: what is published now is in time. */
const PROGRAMME = JSON.stringify({
  programme: 'examples', timeZone: 'UTC', currency: '978',
  periods: [{
    id: 'p1', from: day(-10), until: day(0), grace: 'P30D', rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000,
    minimumTransactions: 2, superCashback: { ranks: 3, cents: 150_000 },
  }],
});
const cardOf = (citizen: number): string => (citizen + 1).toString(16).padStart(64, 'a');

/** Citizen i pays i % 4 times, 10 € more each time. */
const TRANSACTIONS = Array.from({ length: CITIZENS }, (_, citizen) => Array.from({ length: citizen % 4 }, (_, i) => JSON.stringify({
  acquirerCode: '12345', operationType: 'PAYMENT', circuitType: '00', hashPan: cardOf(citizen), trxDate: Date.parse(day(-5)) + citizen * 1000 + i,
  idTrxAcquirer: `t${citizen}x${i}`, correlationId: null, amount: 1000 * (i + 1), currency: '978', acquirerId: 'a', merchantId: 'm',
  terminalId: 't', mcc: '5411', posType: 'PHYSICAL',
}))).flat();

const EXPECTED_CASHBACK = Array.from({ length: CITIZENS }, (_, citizen) => citizen)
  .filter((citizen) => citizen % 4 >= 2)
  .map((citizen) => `${payoutId('examples', 'p1', 'CASHBACK', `c${citizen}`)},c${citizen},${citizen % 4 === 2 ? 300 : 600}`);
/** Of those with three payments the first to make the last of them. */
const EXPECTED_PRIZES = [3, 7, 11].map((citizen) => `${payoutId('examples', 'p1', 'SUPER_CASHBACK', `c${citizen}`)},c${citizen},150000`);

describeWithStack('the examples', () => {
  let folder: string;
  let outDir: string;
  let system: System;
  const running: Example[] = [];

  const start = (name: string, input?: string): Example => {
    const example = startExample(name, { ...system.environment, OUT_DIR: outDir }, input);
    running.push(example);
    return example;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tornaconto-examples-'));
    outDir = await mkdtemp(join(folder, 'out'));
    const programmeFile = join(folder, 'programme.json');
    await writeFile(programmeFile, PROGRAMME);
    system = new System(sharedStack(), { programmeFile, programme: parseProgramme(PROGRAMME) } as DataSet, { LEDGER_PARTITIONS: '3' });
    await system.makeTopics();
    const enrolments = join(folder, 'enrolments.csv');
    const lines = Array.from({ length: CITIZENS }, (_, citizen) => `${cardOf(citizen)},c${citizen},ENROLLED,${day(-20)}T12:00:00Z`);
    await writeFile(enrolments, ['hashPan,citizenId,event,at', ...lines, ''].join('\n'));
    await system.publish('enrolments', [enrolments]);
    system.start();
  });
  afterAll(async () => {
    for (const example of running) example.kill('SIGKILL');
    await system.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the acquirer\'s producer sends what is right, names what is not, and may be run again', async () => {
    const spoilt = ['{"hashPan":"4023600000000000"}', 'no JSON', TRANSACTIONS[0]!.replace('PAYMENT', 'GIFT')];
    const input = [...TRANSACTIONS.slice(0, 5), ...spoilt, ...TRANSACTIONS.slice(5), ''].join('\n');
    const { code, output } = await start('acquirer-producer.ts', input).finished;
    expect(output.split('\n')).toEqual(expect.arrayContaining([
      `${TRANSACTIONS.length} transactions sent, 3 lines refused`, ...[6, 7, 8].map((line) => `line ${line} is no card transaction`),
    ]));
    expect(output).not.toContain('4023600000000000');
    expect(code).toBe(3);
    expect((await start('acquirer-producer.ts', `${TRANSACTIONS.join('\n')}\n`).finished).code).toBe(0);
    await system.untilFolded(LIMIT_MS);
    expect(JSON.parse((await system.command(['status', 'c3', '--json'])).stdout)).toMatchObject({ periods: [{ transactions: 3, cashbackCents: 600 }] });
  });

  test('the paying agent pays nothing before a period is complete', async () => {
    const agent = start('payout-consumer.ts');
    await until(() => agent.output().includes('waiting'));
    await sleep(3_000);
    expect(await readdir(outDir)).toEqual([]);
    agent.kill('SIGKILL');
    await agent.finished;
  });

  test('killed at any time and started again, it writes each payout once', async () => {
    await system.command(['close', 'p1']);
    // Another closer's repeats: at least once.
    await repeatPayouts();
    for (const afterMs of [500, 1_500, 3_000]) {
      const agent = start('payout-consumer.ts');
      await sleep(afterMs);
      agent.kill('SIGKILL');
      await agent.finished;
    }
    const agent = start('payout-consumer.ts');
    await until(async () => (await readdir(outDir)).filter((name) => name.endsWith('.csv')).length === 2);
    const file = async (kind: string): Promise<string[]> => (await readFile(join(outDir, `examples.p1.${kind}.csv`), 'utf8')).split('\n');
    expect(await file('CASHBACK')).toEqual(['payoutId,citizenId,amountCents', ...EXPECTED_CASHBACK.sort(), '']);
    expect(await file('SUPER_CASHBACK')).toEqual(['payoutId,citizenId,amountCents', ...EXPECTED_PRIZES.sort(), '']);
    agent.kill('SIGTERM');
    expect((await agent.finished).code).toBe(0);
  });

  test('control: payouts that are not those of the manifest are not paid', async () => {
    const context = await system.context();
    const other = await mkdtemp(join(folder, 'other'));
    for await (const { value } of topicValues(context, 'payouts', context.serdes.payout)) {
      // In each partition, at its end: whichever the agent reads last, it has seen others' by then.
      await context.producer.append(Array.from({ length: context.partitions('payouts') }, (_, partition) => {
        const extra = { ...value, payoutId: String(partition).padStart(32, 'f') };
        return { topic: context.topic('payouts'), partition, records: [{ key: Buffer.from(value.citizenId), value: context.serdes.payout.encode(extra) }] };
      }));
      break;
    }
    // An agent that has paid nothing yet: another group reads all of it.
    const agent = startExample('payout-consumer.ts', { ...system.environment, OUT_DIR: other, GROUP_ID: `${system.prefix}another-agent` });
    running.push(agent);
    const { code, output } = await agent.finished;
    expect([code, output]).toEqual([1, expect.stringContaining('are not those of its manifest: nothing is paid')]);
    expect((await readdir(other)).filter((name) => name.includes('.CASHBACK.csv'))).toEqual([]);
  });

  async function repeatPayouts(): Promise<void> {
    const context = await system.context();
    for (const [partition, { high }] of (await context.reader.watermarks(context.topic('payouts'))).entries()) {
      for await (const records of context.reader.range(context.topic('payouts'), partition, 0, high)) {
        await context.producer.append([{ topic: context.topic('payouts'), partition, records: records.map(({ key, value }) => ({ key, value })) }]);
      }
    }
  }
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !(await isSo());) {
    if (performance.now() > endMs) throw new Error('it takes too long');
    await sleep(200);
  }
}
