/** What the log in memory offers beyond the port, for simulations: every choice the caller's, and faults to order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EmbeddedLog } from '../../../log/embedded/embedded-log.ts';
import { SimulatedClock } from '../../../runtime/simulated-clock.ts';
import { many, Member, upTo } from '../harness.ts';

function logOf(partitions: number, batchRecordsMax = 10): EmbeddedLog {
  return new EmbeddedLog({ clock: new SimulatedClock(5000), batchRecordsMax, topics: { t: { partitions, timestamps: 'append' } } });
}

async function join(log: EmbeddedLog, group = 'g'): Promise<Member> {
  const member = new Member(log.subscribe('t', group));
  await member.source.start(member);
  return member;
}

const first = (): number => 0;

test('nothing happens but by poll, one delivery each, and false says that nothing is left', async () => {
  const log = logOf(1);
  const member = await join(log);
  expect(await log.poll(first)).toBe(false);
  await log.producer.append([{ topic: 't', partition: 0, records: many(25) }]);
  expect(member.batches).toEqual([]);
  expect([await log.poll(first), await log.poll(first), await log.poll(first), await log.poll(first)]).toEqual([true, true, true, false]);
  expect(member.batches.map(({ records }) => records.length)).toEqual([10, 10, 5]);
  expect(member.records(0)[0]!.timestampMs).toBe(5000);
});

test('the caller chooses among all that can be delivered, of all groups and partitions', async () => {
  const log = logOf(3);
  const members = [await join(log, 'a'), await join(log, 'b')];
  await log.producer.append(upTo(3).map((partition) => ({ topic: 't', partition, records: many(1) })));
  const seen: number[] = [];
  while (await log.poll((n) => { seen.push(n); return n - 1; }));
  expect(seen).toEqual([6, 5, 4, 3, 2, 1]);
  expect(members.map(({ batches }) => batches.map(({ partition }) => partition))).toEqual([[2, 1, 0], [2, 1, 0]]);
});

test('several polls may be under way, never two in one partition', async () => {
  const log = logOf(2);
  const member = await join(log);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => { release = resolve; });
  member.handle = async ({ records }) => { await held; return records.at(-1)!.offset + 1; };
  await log.producer.append([0, 1].map((partition) => ({ topic: 't', partition, records: many(20) })));
  const polls = [log.poll(first), log.poll(first)];
  expect(await log.poll(first)).toBe(false);
  release();
  await Promise.all(polls);
  expect(await log.poll(first)).toBe(true);
});

test('a killed member hears nothing more; its partitions are the other\'s', async () => {
  const log = logOf(2);
  const [killed, other] = [await join(log), await join(log)];
  await log.producer.append([0, 1].map((partition) => ({ topic: 't', partition, records: many(3) })));
  const events = killed.events.length;
  log.sources()[0]!.kill();
  while (await log.poll(first));
  expect(killed.batches).toEqual([]);
  expect(killed.events.length).toBe(events);
  expect([...other.mine]).toEqual([0, 1]);
  expect(other.records(0).length + other.records(1).length).toBe(6);
});

test('an expelled member learns of it when it is polled, and joins again', async () => {
  const log = logOf(1);
  const member = await join(log);
  log.sources()[0]!.expel();
  expect([...member.mine]).toEqual([0]);
  expect(await log.poll(first)).toBe(true);
  expect(member.events).toEqual(['assigned 0', 'revoked 0', 'assigned 0']);
});

test('a truncated log ends the subscription that stood behind the end, and grows again from there', async () => {
  const log = logOf(1);
  const member = await join(log);
  await log.producer.append([{ topic: 't', partition: 0, records: many(10) }]);
  await log.poll(first);
  log.truncate('t', 0, 6);
  expect(await log.reader.watermarks('t')).toEqual([{ start: 0, high: 6 }]);
  await log.poll(first);
  expect(member.crashes).toMatchObject([{ code: 'out-of-range' }]);
  const [appended] = await log.producer.append([{ topic: 't', partition: 0, records: many(1) }]);
  expect(appended!.baseOffset).toBe(6);
});

test('deleting, truncating and appending in any order keep each record at its offset', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), n: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant('delete' as const), n: fc.integer({ min: 0, max: 200 }) }),
    fc.record({ kind: fc.constant('truncate' as const), n: fc.integer({ min: 0, max: 200 }) }),
  );
  return fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const log = logOf(1);
    let [start, model, next] = [0, [] as string[], 0];
    for (const { kind, n } of steps) {
      const high = start + model.length;
      const at = Math.min(Math.max(n, start), high);
      if (kind === 'append') {
        const records = many(n, `${next++}.`);
        await log.producer.append([{ topic: 't', partition: 0, records }]);
        model.push(...records.map(({ value }) => value!.toString()));
      } else if (kind === 'delete') {
        log.deleteRecords('t', 0, n);
        model = model.slice(at - start);
        start = at;
      } else {
        log.truncate('t', 0, n);
        model = model.slice(0, at - start);
      }
      expect(await log.reader.watermarks('t')).toEqual([{ start, high: start + model.length }]);
      const found: string[] = [];
      for await (const records of log.reader.range('t', 0, start, start + model.length)) {
        expect(records[0]!.offset).toBe(start + found.length);
        found.push(...records.map(({ value }) => value!.toString()));
      }
      expect(found).toEqual(model);
    }
  }));
});
