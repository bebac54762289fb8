/**
 * card-transactions is given more partitions under running processors (contract, section 4: it may grow): the new ones
 * are noticed and qualified, and a card whose records now go elsewhere is counted as before.
 */
import { expect, test } from 'vitest';
import { KafkaAdmin } from '../../log/kafka/admin.ts';
import { slicesOf } from '../e2e/data-set.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { expectFolded, expectHealed } from './outcome.ts';
import { tell, withSystem } from './run.ts';

const GROWN = 5;

describeWithStack('card-transactions grows', () => {
  test('under running processors', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const [first, rest] = slicesOf(dataSet.transactions, 2);
    for (let i = 0; i < 2; i++) system.start();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', first!);
    await expectFolded(system);

    const admin = new KafkaAdmin({ brokers: sharedStack().brokers, clientId: 'tornaconto-test' });
    // Receipts first: each partition has its own.
    for (const topic of ['receipts', 'card-transactions']) await admin.createPartitions(`${system.prefix}${topic}`, GROWN);
    await admin.close();
    await system.publish('transactions', rest!);
    const figures = await expectHealed(system, dataSet);

    const { reader, topic } = await system.context();
    const marks = await reader.watermarks(topic('card-transactions'));
    expect(marks).toHaveLength(GROWN);
    expect(marks.every(({ high }) => high > 0)).toBe(true);
    tell('grown from 3 to 5 partitions', figures);
  }));
});
