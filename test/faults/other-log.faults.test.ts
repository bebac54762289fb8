/**
 * A topic that is not the one that was folded: beheaded, made anew and empty, or made anew and grown again. Each task
 * that reads it stops, says so in the log and in /health/ready, and folds nothing of it. Contract of the design:
 * ambiguity stops the partition, it never skips.
 */
import { expect, test } from 'vitest';
import type { Context } from '../../processors/context.ts';
import { slicesOf, type DataSet } from '../e2e/data-set.ts';
import type { Processor } from '../e2e/processor.ts';
import { TopicSurgery } from '../e2e/surgery.ts';
import type { System } from '../e2e/system.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { expectFolded } from './outcome.ts';
import { withSystem } from './run.ts';

const STOP_MS_MAX = 60_000;
const ANEW = /^qualify \S+: STOPPED \(.*(?:it was truncated or made anew|the topic was made anew)\)$/;

describeWithStack('a topic that is not the one that was folded', () => {
  /** Folds all but the last slice, and stops all processors. */
  async function folded(system: System, dataSet: DataSet): Promise<{ rest: string[] }> {
    const [most, rest] = [dataSet.transactions.slice(0, -40), dataSet.transactions.slice(-40)];
    system.start();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', most);
    await expectFolded(system);
    for (const processor of system.processors) expect((await processor.stop()).code).toBe(0);
    return { rest };
  }

  test('card-enrolments', async () => withSystem(sharedStack(), async (system, dataSet) => {
    await folded(system, dataSet);
    const topic = `${system.prefix}card-enrolments`;
    await withSurgery(async (surgery) => {
      await surgery.remove(topic);
      await system.makeTopics();
      await expectStopped(system, 'enrol', 'the log ends at 0: it was truncated or made anew');
      // As many records, in another order.
      await system.publish('enrolments', dataSet.enrolments.toReversed());
      await expectStopped(system, 'enrol', 'is not the one that was folded: the topic was made anew');
    });
  }));

  test('card-transactions', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const { rest } = await folded(system, dataSet);
    const topic = `${system.prefix}card-transactions`;
    await withSurgery(async (surgery) => {
      await system.publish('transactions', rest);
      await surgery.truncate(topic);
      await expectStopped(system, 'qualify', 'records are lost');
      await surgery.remove(topic);
      await system.makeTopics();
      await expectStopped(system, 'qualify', 'the log ends at 0: it was truncated or made anew');
      for (const slice of slicesOf(dataSet.transactions, 3).toReversed()) await system.publish('transactions', slice);
      await expectStopped(system, 'qualify', 'is not the one that was folded: the topic was made anew');
    });
  }));

  test('citizen-ledger', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const { rest } = await folded(system, dataSet);
    const topic = `${system.prefix}citizen-ledger`;
    await withSurgery(async (surgery) => {
      const qualify = system.start('qualify');
      await system.publish('transactions', rest);
      await qualify.listening();
      await system.until(STOP_MS_MAX, async () => (await system.unfolded()).filter((line) => line.startsWith('qualify')));
      expect((await qualify.stop()).code).toBe(0);
      await surgery.truncate(topic);
      await expectStopped(system, 'accrue', 'records are lost');
      await surgery.remove(topic);
      await system.makeTopics();
      await expectStopped(system, 'accrue', 'the log ends at 0: it was truncated or made anew');
    });
  }));

  // Away for so long that the client's next try finds it gone, or finds it again: either way it would read on by itself.
  test.each([100, 1_500, 3_000])('made anew under a running processor after %i ms, and grown past its position at once', async (awayMs) => (
    withSystem(sharedStack(), async (system, dataSet) => {
      const running = await system.start().listening();
      await system.publish('enrolments', dataSet.enrolments);
      await system.publish('transactions', dataSet.transactions.slice(0, 4));
      await expectFolded(system);
      const context = await system.context();
      const topic = context.topic('card-transactions');
      const marks = await context.reader.watermarks(topic);
      expect(marks.every(({ high }) => high > 0)).toBe(true);
      const before = await standing(context);
      await withSurgery(async (surgery) => {
        await surgery.replace(topic, awayMs);
        await context.producer.append(marks.map(({ high }, partition) => (
          { topic, partition, records: Array.from({ length: high + 50 }, () => ({ key: null, value: null })) })));
        await system.until(STOP_MS_MAX, async () => {
          const { code, waitingFor } = await running.readiness();
          return code === 503 && waitingFor.length === marks.length && waitingFor.every((line) => ANEW.test(line)) ? [] : [`${code}`, ...waitingFor];
        });
      });
      expect(running.log.filter(({ err }) => err?.code === 'other-log').map(({ level }) => level)).toEqual(marks.map(() => 'error'));
      expect(await standing(context)).toEqual(before);
      expect((await running.stop()).code).toBe(0);
    })));
});

async function withSurgery(work: (surgery: TopicSurgery) => Promise<void>): Promise<void> {
  const surgery = await TopicSurgery.open(sharedStack().brokers);
  try {
    await work(surgery);
  } finally {
    await surgery.close();
  }
}

/** Starts a processor of one role: all its tasks that had folded anything stop with the words, and nothing is folded. */
async function expectStopped(system: System, role: 'enrol' | 'qualify' | 'accrue', words: string): Promise<void> {
  const context = await system.context();
  const before = await standing(context);
  const processor: Processor = await system.start(role).listening();
  const said = new RegExp(`^${role} \\S+: STOPPED \\(.*(?:${words})`);
  let tasks: readonly string[] = [];
  await system.until(STOP_MS_MAX, async () => {
    const { code, waitingFor } = await processor.readiness();
    tasks = waitingFor;
    return code === 503 && waitingFor.length > 0 && waitingFor.every((line) => said.test(line)) ? [] : [`${code}`, ...waitingFor];
  });
  expect(tasks.length).toBe(context.partitions(role === 'accrue' ? 'citizen-ledger' : 'card-enrolments'));
  const errors = processor.log.filter(({ level, component }) => level === 'error' && component === role);
  expect(errors.map(({ err }) => err?.code)).toEqual(tasks.map(() => 'other-log'));
  expect(await standing(context)).toEqual(before);
  expect((await processor.metrics()).filter(({ name }) => name === 'tornaconto_records_total')).toEqual([]);
  expect((await processor.stop()).code).toBe(0);
}

/** Where every fold stands, and what it has made of it. */
async function standing({ cards, citizens, partitions, reader, topic }: Context): Promise<unknown> {
  const shards = (count: number): number[] => Array.from({ length: count }, (_, shard) => shard);
  return {
    cards: await Promise.all(shards(partitions('card-enrolments')).map((shard) => cards.counts(shard))),
    citizens: await Promise.all(shards(partitions('citizen-ledger')).map((shard) => citizens.counts(shard))),
    receipts: (await reader.watermarks(topic('receipts'))).map(({ high }) => high),
    quarantine: (await reader.watermarks(topic('quarantine'))).map(({ high }) => high),
  };
}
