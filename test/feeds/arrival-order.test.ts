import { mkdir } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inArrivalOrder } from '../../feeds/arrival-order.ts';
import { arrivalOfName } from '../../feeds/file-name.ts';
import { Calendar } from '../../programme/calendar.ts';
import { collect, taken, temporaryFolder, transactionLine } from './samples.ts';

const folder = temporaryFolder();
const rome = new Calendar('Europe/Rome');

/** A file: its name, and the seconds of its records' trxDate within one minute; null is a malformed line. */
interface Given {
  readonly name: string;
  readonly seconds: readonly (number | null)[];
}
/** `file:line` of every record, in order. */
type Order = readonly string[];

const MINUTE_MS = Date.UTC(2020, 11, 10, 11, 0);
const NAMES = [
  // Arrivals within the very minute of the records, two of them at the same instant.
  'CSTAR.AAAAA.TRNLOG.20201210.120003.001.csv', 'CSTAR.BBBBB.TRNLOG.20201210.120003.001.csv',
  'CSTAR.ZZZZZ.TRNLOG.20201210.120001.001.csv', 'CSTAR.00000.TRNLOG.20201210.120005.001.csv',
  'A.csv', 'CSTAR.AAAAA.csv', 'b.csv', '\uff5e.csv', '😀.csv',
];

const givenFiles = fc.array(fc.record({
  name: fc.constantFrom(...NAMES),
  seconds: fc.array(fc.option(fc.nat(6), { freq: 8 }), { maxLength: 8 }),
}), { maxLength: 5 });

async function orderOf(given: readonly Given[]): Promise<{ records: Order; malformed: Order }> {
  const files = await Promise.all(given.map(async ({ name, seconds }, i) => {
    await mkdir(folder.path(String(i)), { recursive: true });
    const lines = seconds.map((second) => (second === null ? '?' : transactionLine({ trxDate: `2020-12-10T11:00:0${second}Z` })));
    return taken(await folder.write(`${i}/${name}`, lines.map((line) => `${line}\n`).join('')), 'transactions');
  }));
  const items = await collect(inArrivalOrder(files, rome));
  const place = ({ source, line }: { source: number; line: number }) => `${source}:${line}`;
  for (const item of items) {
    if (item.transaction === null) continue;
    // What is handed on is the record of that very line, with the arrival of that very file.
    const { name, seconds } = given[item.source]!;
    expect(item.transaction.trxDate).toBe(MINUTE_MS + seconds[item.line - 1]! * 1000);
    expect(item.arrivalMs).toBe(arrivalOfName(name, rome) ?? item.transaction.trxDate);
  }
  return {
    records: items.filter(({ transaction }) => transaction !== null).map(place),
    malformed: items.filter(({ transaction }) => transaction === null).map(place).sort(),
  };
}

/** The contract's sentence, word by word: arrival, name, order given, line. */
function oracle(given: readonly Given[], nameCounts = true): Order {
  return given
    .flatMap(({ name, seconds }, source) => seconds.map((second, i) => ({
      name: nameCounts ? Buffer.from(name).toString('hex') : '',
      source,
      line: i + 1,
      arrivalMs: second === null ? null : arrivalOfName(name, rome) ?? MINUTE_MS + second * 1000,
    })))
    .filter(({ arrivalMs }) => arrivalMs !== null)
    .sort((a, b) => a.arrivalMs! - b.arrivalMs! || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
      || a.source - b.source || a.line - b.line)
    .map(({ source, line }) => `${source}:${line}`);
}

function asOracle(nameCounts: boolean) {
  return fc.asyncProperty(givenFiles, async (given) => {
    expect((await orderOf(given)).records).toEqual(oracle(given, nameCounts));
  });
}

describe('records of all files', () => {
  test('come by arrival, then name, then order given, then line', async () => {
    await fc.assert(asOracle(true), { numRuns: 150 });
  });

  test('control: an oracle that forgets the names is found out', async () => {
    expect((await fc.check(asOracle(false), { numRuns: 150 })).failed).toBe(true);
  });

  test('malformed lines are each reported once', async () => {
    await fc.assert(fc.asyncProperty(givenFiles, async (given) => {
      const bad = given.flatMap(({ seconds }, i) => seconds.flatMap((second, j) => (second === null ? [`${i}:${j + 1}`] : [])));
      expect((await orderOf(given)).malformed).toEqual(bad.sort());
    }), { numRuns: 50 });
  });

  test('a file given twice is two files', async () => {
    const given = [{ name: 'A.csv', seconds: [2, 1] }, { name: 'A.csv', seconds: [2, 1] }];
    expect((await orderOf(given)).records).toEqual(['0:2', '1:2', '0:1', '1:1']);
  });

  test('are the same when held in many slabs', async () => {
    const wide = { fiscalCode: '😀'.repeat(255), vat: 'à'.repeat(255) };
    const lines = Array.from({ length: 6000 }, (_, i) => transactionLine({ ...wide, amount: String(i), trxDate: `2020-12-10T11:00:0${i % 7}Z` }));
    const file = await taken(await folder.write('wide.csv', lines.join('\n')), 'transactions');
    const amounts: number[] = [];
    for await (const batch of inArrivalOrder([file], rome)) {
      expect(batch.length).toBeLessThanOrEqual(1000);
      for (const item of batch) amounts.push(item.transaction!.amount);
    }
    expect(amounts).toEqual(Array.from(lines.keys()).sort((a, b) => a % 7 - b % 7 || a - b));
  });
});
