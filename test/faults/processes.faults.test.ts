/**
 * A processor that is killed every 20 s, in the midst of work, with sessions of 6 s: what it leaves half done is done
 * again by the others, and counted once. And one that is frozen for longer than its session, and wakes as a zombie.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { slicesOf } from '../e2e/data-set.ts';
import { describeWithStack, sharedStack } from '../stack/stack.ts';
import { expectHealed } from './outcome.ts';
import { handledBy, tell, untilAtWork, withSystem } from './run.ts';

const KILLS = 4;
const KILL_EVERY_MS = 20_000;
const FREEZES = 4;
/** Longer than a session: by then its partitions are others'. */
const FROZEN_MS = 9_000;

describeWithStack('processors that are killed', () => {
  test('kill -9 every 20 s', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const [first, ...slices] = slicesOf(dataSet.transactions, KILLS + 1);
    for (let i = 0; i < 3; i++) system.start();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', first!);
    let kills = 0;
    for (const slice of slices) {
      const handled = await handledBy(system);
      const published = system.publish('transactions', slice);
      const victim = system.processors.findLast(({ end }) => end === undefined)!;
      await untilAtWork(system, handled + 1);
      await Promise.all([victim.kill(), published]);
      kills++;
      system.start();
      await sleep(KILL_EVERY_MS - 5_000);
    }
    const figures = await expectHealed(system, dataSet);
    expect(kills).toBe(KILLS);
    tell('killed every 20 s', { kills, ...figures });
  }));

  test('frozen for longer than a session, in the midst of work', async () => withSystem(sharedStack(), async (system, dataSet) => {
    const [first, ...slices] = slicesOf(dataSet.transactions, FREEZES + 1);
    for (let i = 0; i < 3; i++) system.start();
    await system.publish('enrolments', dataSet.enrolments);
    await system.publish('transactions', first!);
    for (const [i, slice] of slices.entries()) {
      const handled = await handledBy(system);
      const published = system.publish('transactions', slice);
      const victim = system.processors[i % system.processors.length]!;
      await untilAtWork(system, handled + 1);
      victim.signal('SIGSTOP');
      await Promise.all([sleep(FROZEN_MS), published]);
      victim.signal('SIGCONT');
    }
    const figures = await expectHealed(system, dataSet);
    expect(system.processors.filter(({ end }) => end !== undefined)).toEqual([]);
    tell('frozen for 9 s', { freezes: FREEZES, ...figures });
  }));
});
