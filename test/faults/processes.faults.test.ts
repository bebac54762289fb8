/**
 * A processor that is killed every 20 s, in the midst of work, with sessions of 6 s: what it leaves half done is done
 * again by the others, and counted once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { slicesOf } from '../e2e/data-set.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { expectHealed } from './outcome.ts';
import { tell, untilAtWork, withSystem } from './run.ts';

const KILLS = 4;
const KILL_EVERY_MS = 20_000;

describeWithStack('processors that are killed', () => {
  test('kill -9 every 20 s', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const [first, ...slices] = slicesOf(dataSet.transactions, KILLS + 1);
    for (let i = 0; i < 3; i++) system.start();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', first!);
    let kills = 0;
    for (const slice of slices) {
      const published = system.publish('transactions', slice);
      const victim = system.processors.findLast(({ end }) => end === undefined)!;
      await untilAtWork(system);
      await Promise.all([victim.kill(), published]);
      kills++;
      system.start();
      await sleep(KILL_EVERY_MS - 5_000);
    }
    const figures = await expectHealed(system, dataSet);
    expect(kills).toBe(KILLS);
    tell('killed every 20 s', { kills, ...figures });
  }));
});
