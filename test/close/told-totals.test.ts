/**
 * What `citizen-totals` says last of a total is the total, and whether it is closed: after a close, after a rebuild, and
 * after somebody who slept has told what was true before.
 */
import { expect, test } from 'vitest';
import { Accrue } from '../../processors/accrue.ts';
import type { LogRecord } from '../../ports/log.ts';
import { topicValues } from '../../processors/topic-values.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { PUNCTUATE_MS } from './cluster.ts';
import { FIRST, Scenario } from './scenario.ts';

test('closed totals are told as closed, open ones as open', async () => {
  const scenario = await closed();
  expect(await closedOnes(scenario, 'first')).toEqual(new Set([true]));
  expect(await closedOnes(scenario, 'second')).toEqual(new Set([false]));
});

test('and so they are after a rebuild, during which they were told as open', async () => {
  const scenario = await closed();
  const { cluster } = scenario;
  const before = await told(scenario);
  for (const process of cluster.processes) if (process.roles.length > 0) cluster.kill(process);
  cluster.ledger.clear();
  await foldUpToMarkers(scenario);
  expect(await closedOnes(scenario, 'first')).toContain(false);
  await cluster.start(['accrue']);
  await someSeconds(scenario);
  expect(await told(scenario)).toEqual(before);
  expect(await closedOnes(scenario, 'first')).toEqual(new Set([true]));
});

test('who slept between reading and telling does not have the last word', async () => {
  const scenario = await Scenario.prepare();
  const { cluster } = scenario;
  for (const process of cluster.processes) if (process.roles.length > 0) cluster.kill(process);
  await cluster.start(['enrol', 'qualify']);
  let wake = (): void => undefined;
  const woken = new Promise<void>((resolve) => { wake = resolve; });
  const sleeper = await cluster.start([], {}, (context) => ({
    ...context,
    producer: { append: async (appends) => {
      if (appends.some(({ topic }) => topic === 'citizen-totals')) await woken;
      return context.producer.append(appends);
    } },
  }));
  const payment = { citizen: 1, amount: 1000, trxDate: FIRST.untilMs - 1 };
  await scenario.publish({ ...payment, id: 'one' });
  await cluster.settle();
  const shard = partitionOf(Buffer.from('citizen-1'), scenario.context.partitions('citizen-ledger'));
  const accrue = new Accrue(sleeper.context);
  const { position } = await accrue.claim(shard);
  const { position: next } = await accrue.process(shard, position, await ledgerFrom(scenario, shard, position), () => Promise.resolve());
  const telling = accrue.punctuate(shard, next);

  await cluster.start(['accrue']);
  await scenario.publish({ ...payment, id: 'two' });
  await someSeconds(scenario);
  const newest = (await told(scenario)).get('citizen-1/first');
  expect(newest).toMatch(/^5 /);
  wake();
  expect(await telling).toBe(next + 1);
  // Control: it did tell what is older.
  expect((await told(scenario)).get('citizen-1/first')).toMatch(/^4 /);
  await someSeconds(scenario);
  expect((await told(scenario)).get('citizen-1/first')).toBe(newest);
});

async function closed(): Promise<Scenario> {
  const scenario = await Scenario.prepare();
  await scenario.cluster.passTo(FIRST.deadlineMs);
  await scenario.closeWith(await scenario.cluster.start([]), FIRST);
  await someSeconds(scenario);
  return scenario;
}

async function someSeconds({ cluster }: Scenario): Promise<void> {
  for (let i = 0; i < 5; i++) await cluster.passTo(cluster.clock.nowMs() + PUNCTUATE_MS);
}

/** As a fold that takes longer than it takes until totals are told. */
async function foldUpToMarkers(scenario: Scenario): Promise<void> {
  const { context } = await scenario.cluster.start([]);
  const accrue = new Accrue(context);
  for (let shard = 0; shard < context.partitions('citizen-ledger'); shard++) {
    await accrue.claim(shard);
    const records = await ledgerFrom(scenario, shard, 0);
    const marker = records.findIndex(({ value }) => context.serdes.ledger.decode(value).closes !== null);
    const { position } = await accrue.process(shard, 0, records.slice(0, marker), () => Promise.resolve());
    expect(await accrue.punctuate(shard, position)).toBe(position);
  }
}

async function ledgerFrom({ context }: Scenario, shard: number, from: number): Promise<LogRecord[]> {
  const { high } = (await context.reader.watermarks('citizen-ledger'))[shard]!;
  const all: LogRecord[] = [];
  for await (const records of context.reader.range('citizen-ledger', shard, from, high)) all.push(...records);
  return all;
}

/** By key, what was told last. */
async function told({ context }: Scenario): Promise<Map<string, string>> {
  const newest = new Map<string, string>();
  for await (const { record, value: { transactions, cashback, closed: isClosed } } of topicValues(context, 'citizen-totals', context.serdes.total)) {
    newest.set(String(record.key), `${transactions} ${cashback} ${isClosed}`);
  }
  return newest;
}

async function closedOnes(scenario: Scenario, period: string): Promise<Set<boolean>> {
  return new Set([...await told(scenario)].filter(([key]) => key.endsWith(`/${period}`)).map(([, total]) => total.endsWith('true')));
}
