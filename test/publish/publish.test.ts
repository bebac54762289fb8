/**
 * Publishing over the log in memory, whose appends break at any point: the process dies, or the broker is away.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmbeddedLog } from '../../log/embedded/embedded-log.ts';
import { LogError, type Append, type Headers, type LogRecord, type Producer } from '../../ports/log.ts';
import { Calendar } from '../../programme/calendar.ts';
import type { Timing } from '../../publish/feed.ts';
import type { FileState } from '../../publish/file-state.ts';
import { publish, type PublishOptions } from '../../publish/publish.ts';
import { surveyReported } from '../../publish/report.ts';
import { SimulatedClock } from '../../runtime/simulated-clock.ts';
import { SCHEMAS } from '../../schemas/schemas.ts';
import { avroType } from '../../schemas/avro-type.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { taken, temporaryFolder, transactionLine } from '../feeds/samples.ts';

const TOPIC = 'card-transactions';
const NOW_MS = Date.parse('2021-01-10T00:00:00Z');
const BROKER: Timing = { arrival: 'broker' };
const folder = temporaryFolder();
const type = avroType(SCHEMAS.CardTransaction);

const card = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

/** What the process does not survive. */
class Killed extends Error {}

/** Appends a part of every partition's records, then breaks. */
function breaking(log: EmbeddedLog, afterAppends: number, part: number, error: () => Error): Producer {
  let left = afterAppends;
  const cut = ({ records, ...where }: Append, i: number): Append[] => {
    const kept = records.slice(0, Math.floor(records.length * ((part + i * 0.37) % 1)));
    return kept.length === 0 ? [] : [{ ...where, records: kept }];
  };
  return {
    async append(appends) {
      if (left-- !== 0) return log.producer.append(appends);
      await log.producer.append(appends.flatMap(cut));
      throw error();
    },
  };
}

function logOf(timestamps: 'append' | 'create', partitions: number): EmbeddedLog {
  return new EmbeddedLog({ clock: new SimulatedClock(NOW_MS), topics: { [TOPIC]: { partitions, timestamps } } });
}

async function recordsOf(log: EmbeddedLog): Promise<(LogRecord & { partition: number })[]> {
  const marks = await log.reader.watermarks(TOPIC);
  const all: (LogRecord & { partition: number })[] = [];
  for (const [partition, { start, high }] of marks.entries()) {
    for await (const records of log.reader.range(TOPIC, partition, start, high)) all.push(...records.map((record) => ({ ...record, partition })));
  }
  return all;
}

async function publishOnce(log: EmbeddedLog, paths: readonly string[], options: Partial<PublishOptions> = {}): Promise<readonly FileState[]> {
  const timing = options.timing ?? BROKER;
  const surveyed = await Promise.all(paths.map(async (path) =>
    surveyReported(await taken(path, 'transactions', true), timing, null, () => undefined)));
  const partitions = (await log.reader.watermarks(TOPIC)).length;
  return publish({
    surveys: surveyed.map(({ survey }) => survey), timing, topic: TOPIC, partitions,
    producer: log.producer, reader: log.reader,
    offsetsAt: async (timeMs) => {
      const all = await recordsOf(log);
      const marks = await log.reader.watermarks(TOPIC);
      return marks.map(({ high }, partition) =>
        all.find((record) => record.partition === partition && record.timestampMs >= timeMs)?.offset ?? high);
    },
    encode: (record) => type.toBuffer(record),
    isStopped: () => false, onProgress: () => undefined, onRetry: () => undefined,
    chunkRecordsMax: 7, pauseMs: 1,
    ...options,
  });
}

/** What must be there: `digest:line` of each good line; a spoilt one has the amount `bad`. */
function expectedOf(files: readonly (readonly string[])[]): string[] {
  return files.flatMap((lines) => {
    const digest = createHash('sha256').update(textOf(lines)).digest('hex');
    return lines.flatMap((line, i) => (line.includes(';bad;') ? [] : [`${digest}:${i + 1}`]));
  }).sort();
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const sourcesOf = (records: readonly { readonly headers: Headers | null }[]): string[] => records.map(({ headers }) => headers!.source!).sort();

const line = fc.record({ card: fc.nat(20), good: fc.integer({ min: 0, max: 9 }), id: fc.nat() })
  .map(({ card: n, good, id }) => transactionLine({ hashPan: card(n), amount: good === 0 ? 'bad' : '100', idTrxAcquirer: String(id) }));
const files = fc.array(fc.array(line, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 3 });
const breaks = fc.array(fc.record({
  after: fc.nat(6), part: fc.double({ min: 0, max: 1, noNaN: true }), kill: fc.boolean(),
}), { maxLength: 5 });

let serial = 0;
async function write(contents: readonly (readonly string[])[]): Promise<string[]> {
  const run = serial++;
  return Promise.all(contents.map((lines, i) => folder.write(`f${run}-${i}.csv`, textOf(lines))));
}

describe('publishing', () => {
  test('brings each good line once, whatever breaks and however often it is run', async () => {
    await fc.assert(fc.asyncProperty(files, breaks, fc.integer({ min: 1, max: 5 }), async (contents, failures, partitions) => {
      const paths = await write(contents);
      const log = logOf('append', partitions);
      for (const { after, part, kill } of failures) {
        const error = () => (kill ? new Killed() : new LogError('unavailable', 'away'));
        await publishOnce(log, paths, { producer: breaking(log, after, part, error) }).catch((caught: unknown) => {
          if (!(caught instanceof Killed)) throw caught;
        });
      }
      const states = await publishOnce(log, paths);
      const records = await recordsOf(log);
      // Files of one content are one file to the topic.
      expect(sourcesOf(records)).toEqual([...new Set(expectedOf(contents))]);
      for (const { key, partition } of records) expect(partition).toBe(partitionOf(key!, partitions));
      expect(states.every(({ isComplete }) => isComplete)).toBe(true);
      for (const { survey, sent, alreadyThere } of states) expect(sent + alreadyThere).toBe(survey.good);
    }), { numRuns: 60 });
  });

  test('of files of one content the records have the arrival of the first to arrive, in whatever order they were given', async () => {
    const names = ['CSTAR.ABCDE.TRNLOG.20210301.000000.001.csv', 'CSTAR.ABCDE.TRNLOG.20210106.000000.001.csv'];
    const paths = await Promise.all(names.map((name) => folder.write(name, textOf([transactionLine()]))));
    for (const given of [paths, paths.toReversed()]) {
      const log = logOf('create', 1);
      const states = await publishOnce(log, given, { timing: { arrival: 'producer', calendar: new Calendar('UTC') } });
      expect((await recordsOf(log)).map(({ timestampMs }) => timestampMs)).toEqual([Date.parse('2021-01-06T00:00:00Z')]);
      expect(states.map(({ survey: { file }, isTwin }) => [file.name, isTwin]).sort()).toEqual([[names[1], false], [names[0], true]]);
    }
  });

  test('control: without reading back, a second run doubles', async () => {
    const paths = await write([[transactionLine()]]);
    const log = logOf('append', 1);
    const end = async () => (await log.reader.watermarks(TOPIC)).map(({ high }) => high);
    for (let i = 0; i < 2; i++) await publishOnce(log, paths, { offsetsAt: end });
    expect(await recordsOf(log)).toHaveLength(2);
  });

  test('records of one partition come in the order of the lines', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => transactionLine({ hashPan: card(i % 9) }));
    const [path] = await write([lines]);
    const log = logOf('append', 3);
    await publishOnce(log, [path!], { producer: breaking(log, 4, 0.5, () => new LogError('unavailable', 'away')) });
    const records = await recordsOf(log);
    const numbers = (partition: number) => records.filter((record) => record.partition === partition)
      .map(({ headers }) => Number(headers!.source!.split(':')[1]));
    for (const partition of [0, 1, 2]) expect(numbers(partition)).toEqual([...numbers(partition)].sort((a, b) => a - b));
  });

  test('a count of partitions that has grown in between repeats nothing', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => transactionLine({ hashPan: card(i) }));
    const [path] = await write([lines]);
    const log = logOf('append', 2);
    await publishOnce(log, [path!], { producer: breaking(log, 3, 0.5, () => new Killed()) }).catch(() => undefined);
    const before = await recordsOf(log);
    expect(before.length).toBeGreaterThan(0);
    const grown = logOf('append', 5);
    for (const { partition, key, value, headers } of before) {
      await grown.producer.append([{ topic: TOPIC, partition, records: [{ key, value, ...(headers === null ? {} : { headers }) }] }]);
    }
    await publishOnce(grown, [path!]);
    expect(sourcesOf(await recordsOf(grown))).toEqual(expectedOf([lines]));
  });

  test('what others write in the header does not matter', async () => {
    const lines = [transactionLine(), transactionLine({ idTrxAcquirer: '2' })];
    const [path] = await write([lines]);
    const log = logOf('append', 1);
    const digest = createHash('sha256').update(textOf(lines)).digest('hex');
    for (const source of ['', 'x', `${digest}:`, `${digest}:99`, `${digest}:0`, `${'0'.repeat(64)}:1`]) {
      await log.producer.append([{ topic: TOPIC, partition: 0, records: [{ key: null, value: null, headers: { source } }] }]);
    }
    const [state] = await publishOnce(log, [path!]);
    expect(state).toMatchObject({ sent: 2, alreadyThere: 0 });
  });

  test('asked to stop, it says how far it came, and the next run does the rest', async () => {
    // Lines are read a thousand at a time.
    const lines = Array.from({ length: 3_500 }, (_, i) => transactionLine({ hashPan: card(i) }));
    const [path] = await write([lines]);
    const log = logOf('append', 2);
    let sent = 0;
    const [state] = await publishOnce(log, [path!], {
      chunkRecordsMax: 100, isStopped: () => sent >= 1_000, onProgress: (step, records) => { if (step === 'sending') sent = records; },
    });
    const there = await recordsOf(log);
    expect(state!.isComplete).toBe(false);
    expect(state!.sent).toBe(there.length);
    expect(there.length).toBeLessThan(3_500);
    const [next] = await publishOnce(log, [path!]);
    expect(next).toMatchObject({ alreadyThere: there.length, sent: 3_500 - there.length, isComplete: true });
  });

  test('a broker that stays away ends it, with the fault', async () => {
    const paths = await write([[transactionLine()]]);
    const log = logOf('append', 1);
    let tries = 0;
    const producer: Producer = { append: async () => { tries++; throw new LogError('unavailable', 'away'); } };
    await expect(publishOnce(log, paths, { producer })).rejects.toMatchObject({ code: 'unavailable' });
    expect(tries).toBe(8);
    const refused: Producer = { append: async () => { throw new LogError('refused', 'no'); } };
    await expect(publishOnce(log, paths, { producer: refused })).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('how far back it reads', () => {
  const lines = [transactionLine({ trxDate: '2021-01-05T12:00:00Z' }), transactionLine({ trxDate: '2021-01-06T12:00:00Z', idTrxAcquirer: '2' })];
  const boundOf = async (timing: Timing, name: string): Promise<number | undefined> => {
    const path = await folder.write(name, textOf(lines));
    let asked: number | undefined;
    await publishOnce(logOf('create', 1), [path], { timing, offsetsAt: async (timeMs) => { asked = timeMs; return [0]; } });
    return asked;
  };
  const producer: Timing = { arrival: 'producer', calendar: new Calendar('Europe/Rome') };

  test('the broker\'s time: ten minutes before the earliest line, for what it took earlier was refused as future', async () => {
    expect(await boundOf(BROKER, 'any.csv')).toBe(Date.parse('2021-01-05T11:50:00Z'));
  });

  test('the producer\'s: the arrival, from the name or the earliest line', async () => {
    expect(await boundOf(producer, 'CSTAR.ABCDE.TRNLOG.20210107.010000.001.csv')).toBe(Date.parse('2021-01-07T00:00:00Z'));
    expect(await boundOf(producer, 'other.csv')).toBe(Date.parse('2021-01-05T12:00:00Z'));
  });

  test('with no good line nothing is read', async () => {
    const [path] = await write([['bad']]);
    const log = logOf('append', 1);
    const [state] = await publishOnce(log, [path!], { offsetsAt: () => Promise.reject(new Error('asked')) });
    expect(state).toMatchObject({ sent: 0, alreadyThere: 0, isComplete: true });
  });
});
