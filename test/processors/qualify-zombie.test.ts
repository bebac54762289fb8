/**
 * A bug that a run of faults found: a batch still under way when its partition was lost, qualified by another process and
 * claimed again by this one, added its counts to the receipt of the other. The next claim then stopped for good:
 * "receipts … differ".
 */
import { expect, test } from 'vitest';
import { makeProcessor } from '../../runtime/processors.ts';
import { newestReceipt } from '../../processors/receipts.ts';
import { Rig } from './rig.ts';

const heartbeat = () => Promise.resolve();

test('a batch adds to the receipt that it began with', async () => {
  const rig = await Rig.folded(1);
  await rig.engine.stop();
  const { context, log } = rig.engine;
  await rig.engine.publish('card-transactions', 0, [rig.payment(0, { idTrxAcquirer: 'second' })]);
  const records = (await rig.records('card-transactions')).slice(1);

  let go = () => undefined as void;
  const gate = new Promise<void>((resolve) => { go = resolve; });
  const slow = makeProcessor('qualify', {
    ...context, producer: { append: async (appends) => { await gate; return log.producer.append(appends); } },
  });
  const other = makeProcessor('qualify', context);
  await slow.claim(0);
  const underWay = slow.process(0, 1, records, heartbeat);

  await other.claim(0);
  await other.process(0, 1, records, heartbeat);
  await slow.claim(0);
  go();
  await underWay;
  expect(await newest()).toMatchObject({ end: 2, read: 2, qualified: 2 });

  await rig.engine.publish('card-transactions', 0, [rig.payment(0, { idTrxAcquirer: 'third' })]);
  expect(await slow.process(0, 2, (await rig.records('card-transactions')).slice(2), heartbeat)).toEqual({ kind: 'advanced', position: 3 });
  expect(await newest()).toMatchObject({ end: 3, read: 3, qualified: 3 });

  function newest() {
    return newestReceipt(context, 0);
  }
});

test('a batch that does not begin where the last receipt ends is sent there', async () => {
  const rig = await Rig.folded(2);
  const qualify = makeProcessor('qualify', rig.engine.context);
  await qualify.claim(0);
  expect(await qualify.process(0, 0, await rig.records('card-transactions'), heartbeat)).toEqual({ kind: 'moved', position: 2 });
});
