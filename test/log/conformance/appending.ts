/** The producer: offsets, timestamps, order, what a record may hold, what is refused. */
import { expect, test } from 'vitest';
import { codeOf, collect, many, outgoing, texts, upTo } from '../harness.ts';
import type { Harness } from '../harness.ts';

export function appending(given: () => Harness): void {
  test('records get the next offsets, partition by partition', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 2, timestamps: 'append' });
    const first = await log.producer.append([{ topic: name, partition: 0, records: many(3) }]);
    expect(first).toMatchObject([{ topic: name, partition: 0, baseOffset: 0 }]);
    const second = await log.producer.append([
      { topic: name, partition: 1, records: many(2) }, { topic: name, partition: 0, records: many(2) }]);
    expect(second).toMatchObject([{ partition: 1, baseOffset: 0 }, { partition: 0, baseOffset: 3 }]);
    expect(await log.reader.watermarks(name)).toEqual([{ start: 0, high: 5 }, { start: 0, high: 2 }]);
  });

  test('with append time the log says when, whatever the producer gives', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    const [appended] = await log.producer.append([{ topic: name, partition: 0, records: [outgoing('a', { timestampMs: 1000 })] }]);
    const [record] = await collect(log.reader.range(name, 0, 0, 1));
    expect(appended!.appendTimeMs).toBeGreaterThan(1000);
    expect(record!.timestampMs).toBe(appended!.appendTimeMs);
  });

  test('with create time the producer says when', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'create' });
    const [appended] = await log.producer.append([
      { topic: name, partition: 0, records: [outgoing('a', { timestampMs: 1_607_385_600_000 }), outgoing('b', { timestampMs: 1000 }), outgoing('c')] }]);
    expect(appended!.appendTimeMs).toBeNull();
    const records = await collect(log.reader.range(name, 0, 0, 3));
    expect(records.slice(0, 2).map(({ timestampMs }) => timestampMs)).toEqual([1_607_385_600_000, 1000]);
    expect(records[2]!.timestampMs).toBeGreaterThan(1000);
  });

  test('headers, empty and null keys and values come back as they were', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    await log.producer.append([{ topic: name, partition: 0, records: [
      { key: null, value: null },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { source: 'ab:1', 'città': 'perché no' } },
      { key: Buffer.from([0, 255, 254]), value: Buffer.from([195, 40]) },
    ] }]);
    const records = await collect(log.reader.range(name, 0, 0, 3));
    expect(records.map(({ key, value, headers }) => ({ key: key?.toString('hex'), value: value?.toString('hex'), headers }))).toEqual([
      { key: undefined, value: undefined, headers: null },
      { key: '', value: '', headers: { source: 'ab:1', 'città': 'perché no' } },
      { key: '00fffe', value: 'c328', headers: null },
    ]);
  });

  test('of one partition, records lie in the order of the calls, also of calls that overlap', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 2, timestamps: 'append' });
    const calls = upTo(200).map((call) => log.producer.append([
      { topic: name, partition: call % 2, records: many(1 + call % 7, `${call}.`) }]));
    const answers = await Promise.all(calls);
    for (const partition of [0, 1]) {
      const { high } = (await log.reader.watermarks(name))[partition]!;
      const found = texts(await collect(log.reader.range(name, partition, 0, high)));
      const sent = upTo(200).filter((call) => call % 2 === partition)
        .flatMap((call) => texts(many(1 + call % 7, `${call}.`).map((r) => ({ ...r, offset: 0, timestampMs: 0, headers: null }))));
      expect(found).toEqual(sent);
      answers.forEach(([appended], call) => {
        if (call % 2 === partition) expect(found[appended!.baseOffset]).toBe(`${call}.0`);
      });
    }
  });

  test('one call may hold more than a request does', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    const long = many(2500);
    const large = upTo(5).map((i) => ({ key: null, value: Buffer.alloc(500_000, i) }));
    const [first] = await log.producer.append([{ topic: name, partition: 0, records: long }]);
    const [second] = await log.producer.append([{ topic: name, partition: 0, records: large }]);
    expect([first!.baseOffset, second!.baseOffset]).toEqual([0, 2500]);
    const records = await collect(log.reader.range(name, 0, 0, 2505));
    expect(texts(records.slice(0, 2500))).toEqual(long.map(({ value }) => value!.toString()));
    expect(records.slice(2500).map(({ value }) => [value!.length, value![0]])).toEqual(upTo(5).map((i) => [500_000, i]));
  });

  test('a record larger than the topic takes is refused, and nothing after it suffers', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    const huge = { key: null, value: Buffer.alloc(1_200_000) };
    expect(await codeOf(log.producer.append([{ topic: name, partition: 0, records: [huge] }]))).toBe('too-large');
    const [appended] = await log.producer.append([{ topic: name, partition: 0, records: [outgoing('small')] }]);
    expect(appended!.baseOffset).toBe(0);
  });

  test('there must be such a topic and partition', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    expect(await codeOf(log.producer.append([{ topic: name, partition: 1, records: many(1) }]))).toBe('no-such-partition');
    expect(await codeOf(log.producer.append([{ topic: `${name}-not`, partition: 0, records: many(1) }]))).toBe('no-such-partition');
  });

  test('nothing to append is nothing done; an append without records is a mistake', async () => {
    const { log, topic } = given();
    const name = await topic({ partitions: 1, timestamps: 'append' });
    expect(await log.producer.append([])).toEqual([]);
    await expect(log.producer.append([{ topic: name, partition: 0, records: [] }])).rejects.toThrow(RangeError);
  });
}
