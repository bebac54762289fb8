/**
 * Tasks of real processors over a log and stores that are not what they were: what is ambiguous stops the partition and
 * says why; what a store has lost is folded again.
 */
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../ports/log.ts';
import { ProcessingError } from '../../processors/processor.ts';
import type { PartitionRole } from '../../runtime/processors.ts';
import type { Worker } from '../../runtime/worker.ts';
import type { MemoryCardIndex } from '../../stores/memory/card-index.ts';
import type { MemoryCitizenTotals } from '../../stores/memory/citizen-totals.ts';
import { Rig } from './rig.ts';

const RECORDS = 5;
const ROLES: readonly (readonly [PartitionRole, topic: string])[] = [
  ['enrol', 'card-enrolments'], ['qualify', 'card-transactions'], ['accrue', 'citizen-ledger'],
];

describe.each(ROLES)('%s, on %s', (role, topic) => {
  test('control: goes on where the store stands', async () => {
    const { worker, faults } = await startedOver();
    expect(faults).toEqual([]);
    expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', position: RECORDS }]);
  });

  test('control: a topic made anew with the very same records is the same', async () => {
    const { worker } = await startedOver(async (rig) => { await makeAnew(rig, (record) => record); });
    expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', position: RECORDS }]);
  });

  test('a log that was truncated', async () => {
    await expectStopped((rig) => { rig.engine.log.truncate(topic, 0, 3); }, /ends at 3: it was truncated/);
  });

  test('a log that was truncated, and has grown again', async () => {
    await expectStopped(async (rig) => {
      rig.engine.log.truncate(topic, 0, RECORDS - 1);
      await rig.engine.log.producer.append([{ topic, partition: 0, records: [{ key: null, value: Buffer.from('other') }] }]);
    }, /record 4 is not the one that was folded/);
  });

  test('a topic made anew with other records', async () => {
    await expectStopped((rig) => makeAnew(rig, (record) => ({ ...record, key: Buffer.alloc(32) })), /record 4 is not the one/);
  });

  test('a topic made anew, and empty', async () => {
    await expectStopped((rig) => makeAnew(rig, () => null), /ends at 0/);
  });

  test('a store that has lost what the log no longer has', async () => {
    await expectStopped(async (rig) => {
      await forget(rig);
      rig.engine.log.deleteRecords(topic, 0, 2);
    }, /folded up to 0, but the log starts at 2: records are lost/);
  });

  test('a gap in front of the position', async () => {
    const { rig, worker, faults } = await startedOver();
    const [record] = await rig.records(topic);
    const batch = { partition: 0, highWatermark: RECORDS + 2, brokerTime: false, heartbeat: () => Promise.resolve() };
    // Fetched from beyond, or from behind: passed over, for what is right comes again.
    await worker.batch({ ...batch, fetchedFrom: RECORDS + 1, records: [{ ...record!, offset: RECORDS + 1 }] });
    await worker.batch({ ...batch, fetchedFrom: 0, records: [record!] });
    expect([faults, worker.statuses()[0]]).toMatchObject([[], { state: 'RUNNING', position: RECORDS }]);
    await worker.batch({ ...batch, fetchedFrom: RECORDS, records: [{ ...record!, offset: RECORDS + 1 }] });
    expectFault(faults, 'gap', new RegExp(`${topic}/0: no record at offset 5, the next is 6`));
    expect(worker.statuses()).toMatchObject([{ state: 'STOPPED', position: RECORDS }]);
    // And stopped it stays.
    await rig.passes(60_000, [worker]);
    expect(worker.statuses()).toMatchObject([{ state: 'STOPPED', position: RECORDS }]);
  });

  test('timestamps that are not the broker\'s', async () => {
    const { rig, worker, faults } = await startedOver(undefined, true);
    const [record] = await rig.records(topic);
    await worker.batch({ partition: 0, fetchedFrom: RECORDS, records: [{ ...record!, offset: RECORDS }], highWatermark: 6, brokerTime: false, heartbeat: () => Promise.resolve() });
    expectFault(faults, 'timestamp-type', /has message.timestamp.type CreateTime, but must have LogAppendTime/);
  });

  /** The system folded and stopped, what the test does to it, and one worker of the role started. */
  async function startedOver(change?: (rig: Rig) => unknown, brokerTime?: boolean): Promise<{ rig: Rig; worker: Worker; faults: Rig['faults'] }> {
    const rig = await Rig.folded(RECORDS);
    await rig.engine.stop();
    await change?.(rig);
    const worker = await rig.start(role, brokerTime === undefined ? {} : { brokerTime });
    await rig.passes(0, [worker]);
    return { rig, worker, faults: rig.faults };
  }

  async function expectStopped(change: (rig: Rig) => unknown, message: RegExp): Promise<void> {
    const { worker, faults } = await startedOver(change);
    expectFault(faults, 'other-log', message);
    expect(worker.statuses()).toMatchObject([{ state: 'STOPPED', reason: faults[0]!.error.message }]);
  }

  async function makeAnew(rig: Rig, change: (record: LogRecord) => LogRecord | null): Promise<void> {
    const records = (await rig.records(topic)).flatMap((record) => change(record) ?? []);
    rig.engine.log.deleteTopic(topic);
    // Timestamps as they were, so that nothing but the records tells.
    rig.engine.log.createTopic(topic, { partitions: 1, timestamps: 'create' });
    for (const record of records) await rig.engine.log.producer.append([{ topic, partition: 0, records: [{ ...record, headers: {} }] }]);
  }

  /** Qualify's state is its receipts. */
  async function forget({ engine }: Rig): Promise<void> {
    totalsOf(engine.context.citizens).clear();
    (engine.context.cards as MemoryCardIndex).state.clear();
    engine.log.deleteTopic('receipts');
    engine.log.createTopic('receipts', { partitions: 1, timestamps: 'append' });
  }
});

describe('a store that has fallen back while nothing happens', () => {
  test('is noticed at the next punctuation, and what it lost is folded again', async () => {
    const { rig, worker } = await fallenBack(1000);
    expect(await totalsText(rig)).toContain('citizen-0');
    expect(await totalsText(rig)).not.toContain('citizen-4');
    await rig.passes(2000, [worker]);
    expect(rig.faults).toEqual([]);
    expect(worker.statuses()).toMatchObject([{ state: 'RUNNING', position: RECORDS }]);
    for (let i = 0; i < RECORDS; i++) expect(await totalsText(rig)).toContain(`citizen-${i}`);
  });

  test('also when it is empty', async () => {
    const rig = await Rig.folded(RECORDS);
    await rig.engine.stop();
    const worker = await rig.start('accrue', { punctuateMs: 1000 });
    totalsOf(rig.engine.context.citizens).clear();
    await rig.passes(2000, [worker]);
    expect(await rig.engine.context.citizens.counts(0)).toMatchObject({ position: RECORDS, outcomes: { applied: RECORDS, repeat: 0 } });
  });

  test('control: without punctuation nobody looks', async () => {
    const { rig, worker } = await fallenBack(0);
    await rig.passes(60_000, [worker]);
    expect(await totalsText(rig)).not.toContain('citizen-4');
  });

  async function fallenBack(punctuateMs: number): Promise<{ rig: Rig; worker: Worker }> {
    const rig = await Rig.folded(2);
    const copy = totalsOf(rig.engine.context.citizens).snapshot();
    for (let i = 2; i < RECORDS; i++) await rig.engine.publish('card-enrolments', 0, [rig.enrolment(i)]);
    await rig.engine.drain();
    for (let i = 2; i < RECORDS; i++) await rig.engine.publish('card-transactions', 0, [rig.payment(i)]);
    await rig.engine.drain();
    await rig.engine.stop();
    const worker = await rig.start('accrue', { punctuateMs });
    totalsOf(rig.engine.context.citizens).restore(copy);
    return { rig, worker };
  }
});

test('a record that was qualified twice is folded once, and counted as a repeat', async () => {
  const rig = await Rig.folded(1);
  const [record] = await rig.records('citizen-ledger');
  await rig.engine.publish('citizen-ledger', 0, [{ key: null, value: record!.value }]);
  await rig.engine.drain();
  expect(await rig.engine.context.citizens.counts(0)).toMatchObject({ position: 2, outcomes: { applied: 1, duplicate: 0, repeat: 1 } });
});

test('a ledger record of nobody\'s making stops the shard', async () => {
  const rig = await Rig.folded(1);
  await rig.engine.publish('citizen-ledger', 0, [{ key: null, value: Buffer.from('4929000000000006') }]);
  await expect(rig.engine.drain()).rejects.toMatchObject({ code: 'bad-ledger', message: expect.not.stringContaining('4929') as string });
});

function totalsOf(citizens: object): MemoryCitizenTotals['state'] {
  return (citizens as MemoryCitizenTotals).state;
}

async function totalsText({ engine }: Rig): Promise<string> {
  return (await engine.context.citizens.page(0, null, 100)).citizens.map(({ citizenId }) => citizenId).join(' ');
}

function expectFault(faults: Rig['faults'], code: string, message: RegExp): void {
  expect(faults).toHaveLength(1);
  expect(faults[0]!.error).toBeInstanceOf(ProcessingError);
  expect(faults[0]).toMatchObject({ remedy: 'stop', error: { code } });
  expect(faults[0]!.error.message).toMatch(message);
}
