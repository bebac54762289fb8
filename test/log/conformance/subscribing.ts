/** One member: from where it is delivered, when it is not, and how it ends. */
import { expect, test } from 'vitest';
import { aWhile, codeOf, many, Member, until, upTo } from '../harness.ts';
import type { Harness } from '../harness.ts';

export function subscribing(given: () => Harness): void {
  let groups = 0;
  const freshGroup = (): string => `group-${process.pid}-${Date.now()}-${groups++}`;

  async function filled(count: number, timestamps: 'append' | 'create' = 'append'): Promise<string> {
    const { log, topic } = given();
    const name = await topic({ partitions: 2, timestamps });
    for (let from = 0; from < count; from += 10) {
      await log.producer.append([{ topic: name, partition: 0, records: many(10) }, { topic: name, partition: 1, records: many(10) }]);
    }
    return name;
  }

  test('nothing comes before resumeAt; then all from exactly there', async () => {
    const name = await filled(30);
    const member = await Member.join(given(), name, freshGroup(), () => -1);
    await aWhile(given());
    expect(member.events).toEqual(['assigned 0,1']);
    expect(member.batches).toEqual([]);
    member.source.resumeAt(1, 13);
    await until(given(), 'all', () => member.records(1).length >= 17);
    expect(member.offsets(1)).toEqual(upTo(17, 13));
    expect(member.batches[0]).toMatchObject({ partition: 1, fetchedFrom: 13, highWatermark: 30 });
    expect(member.records(0)).toEqual([]);
    await member.source.stop();
  });

  test.for(['append', 'create'] as const)('batches say whose clock it was: %s', async (timestamps) => {
    const name = await filled(10, timestamps);
    const member = await Member.join(given(), name, freshGroup());
    await until(given(), 'all', () => member.records(0).length === 10);
    expect(member.batches.every(({ brokerTime }) => brokerTime === (timestamps === 'append'))).toBe(true);
    await member.source.stop();
  });

  test('each batch continues where the answer said', async () => {
    const name = await filled(30);
    const member = await Member.join(given(), name, freshGroup());
    member.handle = ({ records }) => records[Math.min(3, records.length) - 1]!.offset + 1;
    await until(given(), 'the end', () => member.offsets(0).at(-1) === 29 && member.batches.length >= 20);
    const starts = member.batches.filter(({ partition }) => partition === 0).map(({ fetchedFrom }) => fetchedFrom);
    expect(starts).toEqual(upTo(starts.length).map((i) => 3 * i));
    await member.source.stop();
  });

  test('an answer that stays where it is gets the same again', async () => {
    const name = await filled(10);
    const member = await Member.join(given(), name, freshGroup(), (partition) => partition === 0 ? 4 : -1);
    let refusals = 3;
    member.handle = ({ fetchedFrom, records }) => refusals-- > 0 ? fetchedFrom : records.at(-1)!.offset + 1;
    await until(given(), 'four batches', () => member.batches.length === 4);
    expect(member.batches.map(({ fetchedFrom, records }) => [fetchedFrom, records[0]!.offset])).toEqual(upTo(4).map(() => [4, 4]));
    await member.source.stop();
  });

  test('resumeAt outweighs the answer of the batch under way, forward and back', async () => {
    const name = await filled(30);
    const member = await Member.join(given(), name, freshGroup(), (partition) => partition === 0 ? 0 : -1);
    const jumps = [25, 7];
    member.handle = ({ records }) => {
      const to = jumps.shift();
      if (to !== undefined) member.source.resumeAt(0, to);
      return records.at(-1)!.offset + 1;
    };
    await until(given(), 'the end again', () => member.batches.length >= 3 && member.offsets(0).at(-1) === 29);
    expect(member.batches.map(({ fetchedFrom }) => fetchedFrom).slice(0, 3)).toEqual([0, 25, 7]);
    await member.source.stop();
  });

  test('resumeAt of an idle partition goes back without waiting for news', async () => {
    const name = await filled(10);
    const member = await Member.join(given(), name, freshGroup());
    await until(given(), 'all', () => member.records(0).length === 10 && member.records(1).length === 10);
    await aWhile(given());
    member.source.resumeAt(0, 8);
    await until(given(), 'two again', () => member.records(0).length === 12);
    expect(member.offsets(0).slice(10)).toEqual([8, 9]);
    await member.source.stop();
  });

  test('a paused partition is silent, the other goes on', async () => {
    const { log } = given();
    const name = await filled(10);
    const member = await Member.join(given(), name, freshGroup());
    await until(given(), 'all', () => member.records(0).length === 10 && member.records(1).length === 10);
    member.source.pause(0);
    await log.producer.append([{ topic: name, partition: 0, records: many(5) }, { topic: name, partition: 1, records: many(5) }]);
    await until(given(), 'news of 1', () => member.records(1).length === 15);
    await aWhile(given());
    expect(member.records(0).length).toBe(10);
    member.source.resumeAt(0, 10);
    await until(given(), 'news of 0', () => member.records(0).length === 15);
    expect(member.offsets(0)).toEqual(upTo(15));
    await member.source.stop();
  });

  test('a batch waits for the one before it, in its partition alone', async () => {
    const { log } = given();
    const name = await filled(10);
    const member = await Member.join(given(), name, freshGroup());
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    let inside = 0;
    member.handle = async ({ partition, records }) => {
      if (partition === 0) {
        expect(++inside).toBe(1);
        await held;
        inside--;
      }
      return records.at(-1)!.offset + 1;
    };
    await until(given(), 'both', () => member.records(0).length === 10 && member.records(1).length === 10);
    await log.producer.append([{ topic: name, partition: 0, records: many(5) }]);
    await aWhile(given());
    expect(member.records(0).length).toBe(10);
    release();
    await until(given(), 'the rest', () => member.records(0).length === 15);
    await member.source.stop();
  });

  test('a listener that fails ends the subscription: told once, delivered no more', async () => {
    const name = await filled(10);
    const member = await Member.join(given(), name, freshGroup(), (partition) => partition === 0 ? 0 : -1);
    member.handle = () => { throw new Error('planted'); };
    await until(given(), 'the crash', () => member.crashes.length > 0);
    await aWhile(given());
    expect(member.crashes.map(({ message }) => message)).toEqual(['planted']);
    expect(member.batches.length).toBe(1);
    await member.source.stop();
  });

  test('an offset that is no longer there ends the subscription: no jump, and no commit', async () => {
    const { deleteRecords, committed } = given();
    const name = await filled(30);
    const group = freshGroup();
    await deleteRecords(name, 0, 20);
    const member = await Member.join(given(), name, group, (partition) => partition === 0 ? 10 : -1);
    await until(given(), 'the crash', () => member.crashes.length > 0);
    expect(member.crashes).toMatchObject([{ code: 'out-of-range' }]);
    expect(member.batches).toEqual([]);
    await member.source.stop();
    expect(await committed(name, group, 0)).toBeNull();
  });

  test('a topic that was made anew has nothing at the old position: no jump', async () => {
    const { log, recreate } = given();
    const name = await filled(30);
    await recreate(name, { partitions: 2, timestamps: 'append' });
    await log.producer.append([{ topic: name, partition: 0, records: many(3) }]);
    const member = await Member.join(given(), name, freshGroup(), (partition) => partition === 0 ? 30 : -1);
    await until(given(), 'the crash', () => member.crashes.length > 0);
    expect(member.crashes).toMatchObject([{ code: 'out-of-range' }]);
    expect(member.batches).toEqual([]);
    await member.source.stop();
  });

  test('there must be such a topic', async () => {
    const name = await given().topic({ partitions: 1, timestamps: 'append' });
    expect(await codeOf((async () => Member.join(given(), `${name}-not`, freshGroup()))())).toBe('no-such-partition');
  });
}
