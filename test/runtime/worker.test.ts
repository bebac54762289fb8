/**
 * What a worker says of itself when it is out of its group: not that all is well, since it has nothing to do.
 */
import { expect, test } from 'vitest';
import { LogError } from '../../ports/log.ts';
import { makeProcessor } from '../../runtime/processors.ts';
import { Worker } from '../../runtime/worker.ts';
import { Rig } from '../processors/rig.ts';

const RECORDS = 3;
const TOPIC = 'card-transactions';

async function behind() {
  const rig = await Rig.folded(RECORDS);
  await rig.engine.stop();
  const worker = await rig.start('qualify', { punctuateMs: 1000 });
  const source = rig.engine.log.sources().find(({ topic }) => topic === TOPIC)!;
  source.pause(0);
  await rig.engine.publish(TOPIC, 0, [rig.payment(0)]);
  await rig.passes(2000, [worker]);
  return { rig, worker, source };
}

test('control: in its group, its task runs', async () => {
  const { worker } = await behind();
  expect(worker.isMember).toBe(true);
  expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', position: RECORDS, highWatermark: RECORDS + 1, stalledSinceMs: null }]);
});

test('out of its group, it keeps the lag that was last seen, and since when nothing is done', async () => {
  const { rig, worker, source } = await behind();
  const lostMs = rig.engine.clock.nowMs();
  source.revoke();
  await rig.passes(60_000, [worker]);
  expect(worker.isMember).toBe(false);
  expect(worker.statuses()).toMatchObject([{ state: 'CLOSED', position: RECORDS, highWatermark: RECORDS + 1, stalledSinceMs: lostMs }]);
  expect(rig.faults).toEqual([]);

  source.assign([0]);
  await rig.passes(2000, [worker]);
  expect(worker.isMember).toBe(true);
  expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', position: RECORDS + 1, highWatermark: RECORDS + 1, stalledSinceMs: null }]);
});

test('a partition that another member has got is not its own any more', async () => {
  const { rig, worker, source } = await behind();
  source.revoke();
  source.assign([]);
  await rig.passes(1000, [worker]);
  expect([worker.isMember, worker.statuses()]).toEqual([true, []]);
});

test('a member without partitions knows whether it is one', async () => {
  const { rig } = await behind();
  const standby = await rig.start('qualify', { punctuateMs: 1000 });
  expect([standby.isMember, standby.statuses()]).toEqual([true, []]);
  rig.engine.log.sources().filter(({ topic }) => topic === TOPIC).at(-1)!.revoke();
  expect(standby.isMember).toBe(false);
});

test('nor is it one while the log does not answer, even if its client has not noticed', async () => {
  const { rig } = await behind();
  const { context, log, clock } = rig.engine;
  let isAway = false;
  const standby = new Worker({
    processor: makeProcessor('qualify', context), source: log.subscribe(TOPIC, 'tornaconto-qualify'), clock, brokerTime: null, punctuateMs: 1000,
    reader: {
      watermarks: (topic) => (isAway ? Promise.reject(new LogError('unavailable', 'a planted fault')) : log.reader.watermarks(topic)),
      range: (...args) => log.reader.range(...args),
    },
    onFault: ({ error }) => { throw error; }, onCrash: (error) => { throw error; },
  });
  await standby.start();
  for (const away of [false, true, false]) {
    isAway = away;
    await rig.passes(2000, [standby]);
    expect([standby.isMember, standby.statuses()]).toEqual([!away, []]);
  }
});

test('before it has joined it is none; a task that has not claimed does not know of its lag', async () => {
  const { rig } = await behind();
  const { context, log, clock } = rig.engine;
  let claim = (): void => undefined;
  const claimed = new Promise<void>((resolve) => { claim = resolve; });
  const qualify = makeProcessor('qualify', context);
  const worker = new Worker({
    processor: {
      role: 'qualify', source: TOPIC,
      claim: async (partition) => { await claimed; return qualify.claim(partition); },
      process: (...args) => qualify.process(...args),
      punctuate: (...args) => qualify.punctuate(...args),
    },
    source: log.subscribe(TOPIC, 'another-group'), reader: log.reader, clock, brokerTime: null, punctuateMs: 0,
    onFault: ({ error }) => { throw error; }, onCrash: (error) => { throw error; },
  });
  expect(worker.isMember).toBe(false);
  await worker.start();
  expect(worker.statuses()).toMatchObject([{ state: 'CLAIMING', highWatermark: null, stalledSinceMs: clock.nowMs() }]);
  claim();
  await worker.settled();
  // Claimed, it has still done nothing.
  expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', highWatermark: RECORDS + 1, stalledSinceMs: clock.nowMs() }]);
});

test('a task whose every batch fails is no working one, however often it is claimed, and is tried ever less often', async () => {
  const { rig } = await behind();
  const { context, log, clock } = rig.engine;
  let failure: LogError | null = new LogError('unavailable', 'no answer');
  let tries = 0;
  const qualify = makeProcessor('qualify', context);
  const worker = new Worker({
    processor: {
      role: 'qualify', source: TOPIC,
      claim: (partition) => qualify.claim(partition),
      process: (...args) => (tries++, failure === null ? qualify.process(...args) : Promise.reject(failure)),
      punctuate: (...args) => qualify.punctuate(...args),
    },
    source: log.subscribe(TOPIC, 'another-group'), reader: log.reader, clock, brokerTime: null, punctuateMs: 1000,
    onFault: () => undefined, onCrash: (error) => { throw error; },
  });
  const startedMs = clock.nowMs();
  await worker.start();
  await rig.passes(60_000);
  const [status] = worker.statuses();
  expect(status).toMatchObject({ stalledSinceMs: startedMs });
  expect(status!.timestampMs).not.toBeNull();
  expect(tries).toBeGreaterThan(5);
  expect(tries).toBeLessThan(30);
  failure = null;
  await rig.passes(10_000);
  expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', stalledSinceMs: null, position: RECORDS + 1 }]);
});
