/**
 * What a close refuses: a log that says another thing than it would.
 */
import { describe, expect, test } from 'vitest';
import { Close } from '../../processors/close.ts';
import { closureKey } from '../../processors/closures.ts';
import { payoutId } from '../../programme/ids.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { blindTo } from './mutants.ts';
import { FIRST, PROGRAMME, Scenario } from './scenario.ts';

const NOTHING_ASKED: ReadonlySet<string> = new Set();

describe('a close refuses', () => {
  test('a freeze, at a marker of other rules', async () => {
    const scenario = await Scenario.prepare();
    const { context } = scenario;
    const value = context.serdes.ledger.encode({
      sourcePartition: -1, firstOffset: 0, rules: PROGRAMME.rulesHash, citizens: [], periods: [{ id: 'first', rules: '0123456789abcdef' }],
      entries: Buffer.alloc(0), layout: 1, closes: 'first', origins: [], lines: Buffer.alloc(0),
    });
    await scenario.cluster.log.producer.append([{ topic: 'citizen-ledger', partition: 0, records: [{ key: null, value }] }]);
    await expect(scenario.cluster.settle()).rejects.toMatchObject({ code: 'other-rules' });
  });

  test('to pay where one payout id has another amount in the log', async () => {
    const scenario = await Scenario.prepare();
    await plantPayout(scenario, 'citizen-0', 2101);
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await expect(scenario.closeWith(await scenario.cluster.start([]), FIRST)).rejects.toMatchObject({ code: 'other-payout' });
  });

  test('to tell a manifest where the log holds payouts that are not due', async () => {
    const scenario = await Scenario.prepare();
    await plantPayout(scenario, 'citizen-5', 1);
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await expect(scenario.closeWith(await scenario.cluster.start([]), FIRST)).rejects.toMatchObject({ code: 'other-payout' });
  });

  test('control: a closer that does not read what is there pays twice', async () => {
    const scenario = await Scenario.prepare();
    await plantPayout(scenario, 'citizen-0', 2101);
    await scenario.cluster.passTo(FIRST.deadlineMs);
    await scenario.closeWith(await scenario.cluster.start([], {}, blindTo('payouts')), FIRST);
    await expect(scenario.expectSound(FIRST)).rejects.toThrow('payout-repeat-differs');
  });

  test('two manifests of one shard that differ', async () => {
    const scenario = await Scenario.prepare();
    const manifest = {
      programme: 'prova', period: 'first', kind: 'CASHBACK', shard: 0, shards: 3, citizens: 1, payouts: 0, amount: 0, digest: 'x', lastRankedTransactions: null,
    } as const;
    const { closure } = scenario.context.serdes;
    for (const other of [manifest, manifest, { ...manifest, citizens: 2 }]) {
      await scenario.cluster.log.producer.append([{ topic: 'period-closures', partition: 0, records: [{ key: closureKey(manifest), value: closure.encode(other) }] }]);
    }
    await expect(new Close(scenario.context).advance(NOTHING_ASKED)).rejects.toMatchObject({ code: 'other-payout' });
  });
});

async function plantPayout({ context, cluster }: Scenario, citizenId: string, amount: number): Promise<void> {
  const value = context.serdes.payout.encode({
    payoutId: payoutId('prova', 'first', 'CASHBACK', citizenId), programme: 'prova', period: 'first', citizenId, kind: 'CASHBACK', amount,
    transactions: 2, deadline: FIRST.deadlineMs,
  });
  const partition = partitionOf(Buffer.from(citizenId), 3);
  await cluster.log.producer.append([{ topic: 'payouts', partition, records: [{ key: Buffer.from(citizenId), value }] }]);
}
