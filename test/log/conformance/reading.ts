/** The reader: ranges within the watermarks, and a clear no for all others. */
import { expect, test } from 'vitest';
import { codeOf, collect, many, texts, upTo } from '../harness.ts';
import type { Harness } from '../harness.ts';

export function reading(given: () => Harness): void {
  async function filled(count: number): Promise<string> {
    const { log, topic } = given();
    const name = await topic({ partitions: 2, timestamps: 'append' });
    await log.producer.append([{ topic: name, partition: 0, records: many(count) }]);
    return name;
  }

  test('a range holds exactly its records', async () => {
    const { log } = given();
    const name = await filled(100);
    for (const [from, to] of [[0, 100], [0, 1], [99, 100], [40, 60]] as const) {
      const records = await collect(log.reader.range(name, 0, from, to));
      expect(records.map(({ offset }) => offset)).toEqual(upTo(to - from, from));
      expect(texts(records)).toEqual(upTo(to - from, from).map((i) => `r${i}`));
    }
  });

  test('an empty range holds nothing', async () => {
    const { log } = given();
    const name = await filled(3);
    expect(await collect(log.reader.range(name, 0, 2, 2))).toEqual([]);
    expect(await collect(log.reader.range(name, 1, 0, 0))).toEqual([]);
  });

  test('a long range comes in batches, as fast as it is taken', async () => {
    const { log } = given();
    const name = await filled(1);
    const value = Buffer.alloc(20_000);
    for (let i = 0; i < 20; i++) {
      await log.producer.append([{ topic: name, partition: 0, records: upTo(20).map(() => ({ key: null, value })) }]);
    }
    const offsets: number[] = [];
    let batches = 0;
    for await (const records of log.reader.range(name, 0, 0, 401)) {
      offsets.push(...records.map(({ offset }) => offset));
      if (batches++ === 0) await given().step();
    }
    expect(offsets).toEqual(upTo(401));
  });

  test('ranges of one partition and of several may be read at once', async () => {
    const { log } = given();
    const name = await filled(50);
    await log.producer.append([{ topic: name, partition: 1, records: many(20, 'other') }]);
    const [a, b, c] = await Promise.all([
      collect(log.reader.range(name, 0, 0, 50)), collect(log.reader.range(name, 0, 10, 20)), collect(log.reader.range(name, 1, 0, 20))]);
    expect([a.length, b.length, c.length]).toEqual([50, 10, 20]);
    expect(b[0]!.offset).toBe(10);
    expect(texts(c)[19]).toBe('other19');
  });

  test('a range that is left early leaves nothing behind for the next', async () => {
    const { log } = given();
    const name = await filled(50);
    for await (const records of log.reader.range(name, 0, 30, 50)) {
      expect(records[0]!.offset).toBe(30);
      break;
    }
    expect((await collect(log.reader.range(name, 0, 5, 8))).map(({ offset }) => offset)).toEqual([5, 6, 7]);
  });

  test('what is not there yet is out of range', async () => {
    const { log } = given();
    const name = await filled(5);
    expect(await codeOf(collect(log.reader.range(name, 0, 0, 6)))).toBe('out-of-range');
    expect(await codeOf(collect(log.reader.range(name, 1, 0, 1)))).toBe('out-of-range');
  });

  test('what is no longer there is out of range, and the rest is not', async () => {
    const { log, deleteRecords } = given();
    const name = await filled(10);
    await deleteRecords(name, 0, 4);
    expect((await log.reader.watermarks(name))[0]).toEqual({ start: 4, high: 10 });
    expect(await codeOf(collect(log.reader.range(name, 0, 3, 10)))).toBe('out-of-range');
    expect((await collect(log.reader.range(name, 0, 4, 10))).map(({ offset }) => offset)).toEqual(upTo(6, 4));
  });

  test('offsets go on when all has been deleted', async () => {
    const { log, deleteRecords } = given();
    const name = await filled(10);
    await deleteRecords(name, 0, 10);
    expect((await log.reader.watermarks(name))[0]).toEqual({ start: 10, high: 10 });
    const [appended] = await log.producer.append([{ topic: name, partition: 0, records: many(1) }]);
    expect(appended!.baseOffset).toBe(10);
  });

  test('there must be such a topic and partition', async () => {
    const { log } = given();
    const name = await filled(1);
    expect(await codeOf(log.reader.watermarks(`${name}-not`))).toBe('no-such-partition');
    expect(await codeOf(collect(log.reader.range(`${name}-not`, 0, 0, 1)))).toBe('no-such-partition');
    expect(await codeOf(collect(log.reader.range(name, 2, 0, 1)))).toBe('no-such-partition');
  });
}
