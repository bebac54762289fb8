/**
 * The command itself on real servers: killed, stopped, run again; what it reports; the arrival that it gives.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { KafkaAdmin } from '../../log/kafka/admin.ts';
import { KafkaLog } from '../../log/kafka/kafka-log.ts';
import type { LogRecord } from '../../ports/log.ts';
import { retrying } from '../../publish/retry.ts';
import { ConfluentRegistry } from '../../registry/confluent-registry.ts';
import type { CardTransaction } from '../../schemas/generated/types.ts';
import { Serde } from '../../schemas/serde.ts';
import { partitionOf } from '../../topology/partition-of.ts';
import { runCli, startCli } from '../cli/run-cli.ts';
import { checksummed, enrolmentLine, enrolmentText, gzipped, temporaryFolder, transactionLine } from '../feeds/samples.ts';
import { describeWithStack, freshPrefix, sharedStack } from '../stack/stack.ts';

const card = (n: number): string => createHash('sha256').update(String(n)).digest('hex');
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const digestOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

describeWithStack('tornaconto publish', () => {
  const stack = sharedStack();
  const folder = temporaryFolder();
  const closers: (() => Promise<void>)[] = [];
  afterAll(async () => { for (const close of closers) await close(); });

  /** Topics of its own, and what looks at them. */
  async function system(more: Record<string, string> = {}) {
    const prefix = freshPrefix();
    const environment = {
      KAFKA_BROKERS: stack.brokers.join(','), SCHEMA_REGISTRY_URL: stack.registryUrl, TOPIC_PREFIX: prefix,
      CARD_PARTITIONS: '3', LEDGER_PARTITIONS: '1', ...more,
    };
    expect((await runCli(['topics', '--apply'], environment)).code).toBe(0);
    const log = new KafkaLog({ brokers: stack.brokers, clientId: 'tornaconto-test' }, { prefix });
    closers.push(() => log.close());
    // Partitions just added have no leader for a moment.
    const high = (): Promise<number> => retrying({ onRetry: () => undefined, pauseMs: 100 }, async () =>
      (await log.reader.watermarks(`${prefix}card-transactions`)).reduce((sum, mark) => sum + mark.high, 0));
    const read = async (topic = 'card-transactions'): Promise<(LogRecord & { partition: number })[]> => {
      const all: (LogRecord & { partition: number })[] = [];
      for (const [partition, mark] of (await log.reader.watermarks(`${prefix}${topic}`)).entries()) {
        for await (const records of log.reader.range(`${prefix}${topic}`, partition, 0, mark.high)) {
          all.push(...records.map((record) => ({ ...record, partition })));
        }
      }
      return all;
    };
    return { prefix, environment, high, read };
  }

  const lineOf = ({ headers }: LogRecord): number => Number(headers!.source!.split(':')[1]);

  test('killed again and again, and its topic grown, it brings each good line once', async () => {
    const { prefix, environment, high, read } = await system();
    const cards = Array.from({ length: 500 }, (_, i) => card(i));
    const lines = Array.from({ length: 120_000 }, (_, i) =>
      transactionLine({ hashPan: cards[i % 500]!, idTrxAcquirer: `T${i}`, amount: i % 1000 === 7 ? 'bad' : String(1 + (i % 100_000)) }));
    const path = await folder.write('CSTAR.ABCDE.TRNLOG.20201210.120000.001.csv', textOf(lines));

    const heights: number[] = [];
    for (let kill = 1; kill <= 4; kill++) {
      const { child, finished } = startCli(['publish', 'transactions', path], environment);
      const from = await high();
      while (child.exitCode === null && await high() < from + 3_000 * kill) await new Promise((resolve) => setTimeout(resolve, 20));
      child.kill('SIGKILL');
      await finished;
      heights.push(await high());
      if (kill === 2) {
        const admin = new KafkaAdmin({ brokers: stack.brokers, clientId: 'tornaconto-test' });
        await admin.createPartitions(`${prefix}card-transactions`, 5);
        await admin.close();
      }
    }
    // Control: it was killed in the middle, each time further on.
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(heights[0]).toBeGreaterThan(0);
    expect(heights.at(-1)).toBeLessThan(119_880);

    const last = await runCli(['publish', 'transactions', path], environment);
    expect(last.stdout).toMatch(/120,000 lines, [\d,]+ sent, [\d,]+ already there, 120 refused/);
    expect(last.code).toBe(3);

    const records = await read();
    expect(records).toHaveLength(119_880);
    expect(new Set(records.map(lineOf)).size).toBe(119_880);
    const digest = digestOf(textOf(lines));
    const serde = await Serde.open(new ConfluentRegistry(stack.registryUrl), `${prefix}card-transactions-value`, 'CardTransaction');
    await serde.prepare([records[0]!.value]);
    for (const record of records) {
      const transaction: CardTransaction = serde.decode(record.value);
      const i = lineOf(record) - 1;
      if (record.headers!.source !== `${digest}:${i + 1}` || transaction.idTrxAcquirer !== `T${i}` || transaction.amount !== 1 + (i % 100_000)
        || !record.key!.equals(transaction.hashPan) || record.key!.toString('hex') !== cards[i % 500]
        || ![3, 5].some((partitions) => partitionOf(record.key!, partitions) === record.partition)) {
        expect.fail(`line ${i + 1} is not what was published`);
      }
    }
    const again = await runCli(['publish', 'transactions', path], environment);
    expect(again.stdout).toContain('120,000 lines, 0 sent, 119,880 already there, 120 refused');
    expect(await high()).toBe(119_880);
  }, 400_000);

  test('SIGTERM lets the request under way end, and says how far it came', async () => {
    const { environment, high } = await system();
    const path = await folder.write('stopped.csv', textOf(Array.from({ length: 60_000 }, (_, i) => transactionLine({ hashPan: card(i % 99), idTrxAcquirer: `T${i}` }))));
    const { child, finished } = startCli(['publish', 'transactions', path, '--report', folder.path('stopped')], environment);
    while (child.exitCode === null && await high() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/stopping after the request under way[^]*stopped before the end/);
    const report = JSON.parse(await readFile(folder.path('stopped/stopped.csv.report.json'), 'utf8')) as { lines: Record<string, number>; complete: boolean };
    const there = await high();
    expect(report).toMatchObject({ complete: false, lines: { read: 60_000, sent: there, alreadyThere: 0, unsent: 60_000 - there } });
    expect(await runCli(['publish', 'transactions', path], environment)).toMatchObject({ code: 0 });
    expect(await high()).toBe(60_000);
  });

  test('reports what is refused: line, reason and column, never what stands there', async () => {
    const { environment, read } = await system();
    const mark = '4929111122223333';
    const good = textOf([transactionLine(), transactionLine({ amount: mark }), '', transactionLine({ idTrxAcquirer: '2' }), `${mark};x`]);
    const paths = await Promise.all([
      folder.write('CSTAR.ABCDE.TRNLOG.20201210.120000.002.csv', checksummed(good)),
      folder.write('CSTAR.ABCDE.TRNLOG.20201210.120000.003.csv.gz', gzipped(textOf([transactionLine({ idTrxAcquirer: '3' })]))),
      folder.write('broken.csv', `#sha256sum:${'0'.repeat(64)}\n${mark}`),
      folder.write('broken.csv.gz', Buffer.from(mark)),
    ]);
    const dir = folder.path('reports/new');
    const { code, stdout, stderr } = await runCli(['publish', 'transactions', ...paths, '--report', dir], environment);
    expect(code).toBe(3);
    const files = await Promise.all(paths.flatMap((path) => ['csv', 'json'].map((ending) => readFile(`${dir}/${path.split('/').at(-1)!}.report.${ending}`, 'utf8'))));
    expect(files[0]).toBe('line,reason,field\n3,malformed,amount\n4,malformed,\n6,malformed,\n');
    expect(JSON.parse(files[1]!)).toEqual({
      file: 'CSTAR.ABCDE.TRNLOG.20201210.120000.002.csv', sha256: digestOf(checksummed(good)), topic: expect.stringMatching(/card-transactions$/) as string,
      lines: { read: 5, sent: 2, alreadyThere: 0, refused: 3, unsent: 0 }, reasons: { malformed: 3 }, refusedWhole: null, complete: true,
    });
    expect(files[2]).toBe('line,reason,field\n');
    expect(JSON.parse(files[5]!)).toMatchObject({ file: 'broken.csv', sha256: null, refusedWhole: { reason: 'checksum-differs' }, complete: false });
    expect(JSON.parse(files[7]!)).toMatchObject({ refusedWhole: { reason: 'gzip' } });
    expect(stdout).toContain('line 3: malformed (amount)');
    expect([stdout, stderr, ...files].join()).not.toContain(mark);
    const sources = (await read()).map(({ headers }) => headers!.source!).sort();
    expect(sources).toEqual([`${digestOf(checksummed(good))}:2`, `${digestOf(checksummed(good))}:5`,
      `${digestOf(textOf([transactionLine({ idTrxAcquirer: '3' })]))}:1`].sort());
  });

  test('ARRIVAL=producer: the records carry replay\'s arrival, and come in replay\'s order', async () => {
    const programme = await folder.write('programme.json', JSON.stringify({
      programme: 'p', timeZone: 'Europe/Rome', currency: '978',
      periods: [{ id: 'a', from: '2020-12-08', until: '2021-01-01', grace: 'P30D', rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15000, minimumTransactions: 1 }],
    }));
    const { environment, read } = await system({ ARRIVAL: 'producer', CARD_PARTITIONS: '1', PROGRAMME_FILE: programme });
    const at = (trxDate: string, id: string) => transactionLine({ trxDate, idTrxAcquirer: id });
    const late = await folder.write('CSTAR.ABCDE.TRNLOG.20201212.120000.001.csv', textOf([at('2020-12-09T10:00:00Z', 'a'), at('2020-12-08T10:00:00Z', 'b')]));
    const early = await folder.write('CSTAR.ZZZZZ.TRNLOG.20201210.000000.001.csv', textOf([at('2020-12-09T09:00:00Z', 'c')]));
    const other = await folder.write('other.csv', textOf([at('2020-12-11T10:00:00Z', 'd'), at('2020-12-09T23:30:00+01:00', 'e'), at('1969-12-31T23:59:59Z', 'f')]));
    const { code, stdout } = await runCli(['publish', 'transactions', late, early, other], environment);
    expect(code).toBe(3);
    expect(stdout).toContain('line 3: arrival-before-1970 (trxDate)');
    const serde = await Serde.open(new ConfluentRegistry(stack.registryUrl), `${freshPrefix()}x-value`, 'CardTransaction');
    const records = await read();
    await serde.prepare(records.map(({ value }) => value));
    expect(records.map(({ timestampMs, value }) => [serde.decode(value).idTrxAcquirer, new Date(timestampMs).toISOString()])).toEqual([
      ['e', '2020-12-09T22:30:00.000Z'],
      ['c', '2020-12-09T23:00:00.000Z'],
      ['d', '2020-12-11T10:00:00.000Z'],
      ['a', '2020-12-12T11:00:00.000Z'],
      ['b', '2020-12-12T11:00:00.000Z'],
    ]);
    // Its own records are found by their arrival.
    expect((await runCli(['publish', 'transactions', late, other], environment)).stdout).toMatch(/2 lines, 0 sent, 2 already there[^]*3 lines, 0 sent, 2 already there/);
    const enrolments = await folder.write('enrolments.csv', enrolmentText(enrolmentLine({ at: '2020-12-01T10:00:00Z' }), enrolmentLine({ event: 'REMOVED', at: '2020-12-05T10:00:00Z' })));
    expect((await runCli(['publish', 'enrolments', enrolments], environment)).code).toBe(0);
    expect((await read('card-enrolments')).map(({ timestampMs }) => new Date(timestampMs).toISOString()))
      .toEqual(['2020-12-01T10:00:00.000Z', '2020-12-05T10:00:00.000Z']);
  });

  test('enrolments go to the partition of their card, by the broker\'s time', async () => {
    const { environment, read, prefix } = await system();
    const before = Date.now() - 60_000;
    const path = await folder.write('e.csv', enrolmentText(...Array.from({ length: 50 }, (_, i) => enrolmentLine({ hashPan: card(i), citizenId: `c${i}` }))));
    expect(await runCli(['publish', 'enrolments', path], environment)).toMatchObject({ code: 0, stdout: expect.stringContaining('50 lines, 50 sent') as string });
    const records = await read('card-enrolments');
    expect(records).toHaveLength(50);
    for (const { key, partition, timestampMs } of records) {
      expect(partition).toBe(partitionOf(key!, 3));
      expect(timestampMs).toBeGreaterThan(before);
    }
    const serde = await Serde.open(new ConfluentRegistry(stack.registryUrl), `${prefix}card-enrolments-value`, 'CardEnrolment');
    await serde.prepare([records[0]!.value]);
    for (const record of records) expect(serde.decode(record.value).citizenId).toBe(`c${lineOf(record) - 2}`);
  });

  test('two at once do no harm: what comes twice is the same to the byte', async () => {
    const { environment, read } = await system();
    const path = await folder.write('twice.csv', textOf(Array.from({ length: 5_000 }, (_, i) => transactionLine({ hashPan: card(i % 9), idTrxAcquirer: `T${i}` }))));
    const both = await Promise.all([0, 1].map(() => runCli(['publish', 'transactions', path], environment)));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const values = new Map<number, string>();
    for (const record of await read()) {
      const value = record.value!.toString('hex');
      expect(values.get(lineOf(record)) ?? value).toBe(value);
      values.set(lineOf(record), value);
    }
    expect(values.size).toBe(5_000);
  });

  test('what it cannot do it says before anything is sent', async () => {
    const { environment, high } = await system();
    const path = await folder.write('ok.csv', textOf([transactionLine()]));
    const missing = await runCli(['publish', 'transactions', path, folder.path('nowhere.csv')], environment);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.csv: cannot be read (ENOENT)') as string });
    const otherTime = await runCli(['publish', 'transactions', path], { ...environment, ARRIVAL: 'producer', PROGRAMME_FILE: '' });
    expect(otherTime).toMatchObject({ code: 2, stderr: expect.stringContaining('PROGRAMME_FILE is missing') as string });
    const enrolments = await folder.write('enr.csv', enrolmentText(enrolmentLine()));
    const otherTopic = await runCli(['publish', 'enrolments', enrolments], { ...environment, ARRIVAL: 'producer' });
    expect(otherTopic).toMatchObject({ code: 2, stderr: expect.stringContaining('message.timestamp.type is LogAppendTime, must be CreateTime') as string });
    expect(await runCli(['publish', 'payments', path], environment)).toMatchObject({ code: 2 });
    expect(await runCli(['publish', 'transactions'], environment)).toMatchObject({ code: 2 });
    expect(await runCli(['publish', 'transactions', path, path, '--report', folder.path('r')], environment)).toMatchObject({ code: 2 });
    expect(await high()).toBe(0);
  });
});
