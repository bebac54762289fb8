import { describe, expect, test } from 'vitest';
import { inspect } from '../../feeds/inspection.ts';
import { readEnrolments } from '../../feeds/enrolment-file.ts';
import { readTransactions } from '../../feeds/transaction-file.ts';
import { TRANSACTION_COLUMNS } from '../../feeds/transaction-line.ts';
import { MALFORMED_ENROLMENT_LINES, MALFORMED_TRANSACTION_LINES, type MalformedLineCase } from './malformed.ts';
import {
  checksummed, collect, enrolmentLine, enrolmentText, taken, temporaryFolder, transactionLine,
} from './samples.ts';

const folder = temporaryFolder();
const ARRIVAL_MS = Date.UTC(2020, 11, 11);
/** Of no real account; it passes the check digit, as a leak detector would want it. */
const CARD_NUMBER = '4929000000000006';

/** A good line, then each bad one followed by a good one: a bad line must not spoil its neighbours. */
function interleaved(good: string, cases: readonly MalformedLineCase[], ending: string): Buffer {
  return Buffer.concat(cases.flatMap(({ bytes }) => [
    Buffer.from(good + ending), bytes, Buffer.from(ending),
  ]));
}

describe('a transaction file', () => {
  test.each(['\n', '\r\n'])('names every bad line by number and column, and takes the rest (%j)', async (ending) => {
    const content = checksummed(interleaved(transactionLine(), MALFORMED_TRANSACTION_LINES, ending));
    const file = await taken(await folder.write('mixed.csv', content), 'transactions');
    const items = await collect(readTransactions(file, 3, ARRIVAL_MS));
    expect(items).toHaveLength(2 * MALFORMED_TRANSACTION_LINES.length);
    MALFORMED_TRANSACTION_LINES.forEach(({ what, field }, i) => {
      // Line 1 is the checksum.
      expect(items[2 * i], what).toMatchObject({ source: 3, line: 2 * i + 2, arrivalMs: ARRIVAL_MS });
      expect(items[2 * i + 1], what).toEqual({ source: 3, line: 2 * i + 3, transaction: null, field });
    });
  });

  test('arrives as its name says, else each record at its own trxDate', async () => {
    const file = await taken(await folder.write('two.csv', `${transactionLine()}\n${transactionLine({ trxDate: '2021-01-01T00:00:00Z' })}`), 'transactions');
    const arrivals = async (arrivalMs: number | null) =>
      (await collect(readTransactions(file, 0, arrivalMs))).map((item) => item.transaction !== null && item.arrivalMs);
    expect(await arrivals(ARRIVAL_MS)).toEqual([ARRIVAL_MS, ARRIVAL_MS]);
    expect(await arrivals(null)).toEqual([Date.UTC(2020, 11, 10, 11, 19, 16), Date.UTC(2021, 0, 1)]);
    expect(await arrivals(0)).toEqual([0, 0]);
  });

  test('repeats a card number nowhere, whichever column it was put in', async () => {
    const lines = TRANSACTION_COLUMNS.flatMap(({ name }) => [
      // Where a number is good data, another column makes the line bad: once before it, once after it.
      transactionLine({ acquirerCode: '!', [name]: CARD_NUMBER }),
      transactionLine({ posType: '!', [name]: CARD_NUMBER }),
      `${transactionLine({ [name]: CARD_NUMBER })};`,
      transactionLine({ [name]: `${CARD_NUMBER}\u0000`, hashPan: '!' }),
    ]);
    const file = await taken(await folder.write('leak.csv', `${lines.join('\n')}\n`), 'transactions');
    const items = await collect(readTransactions(file, 0, null));
    expect(items.map(({ transaction }) => transaction)).toEqual(lines.map(() => null));
    expect(JSON.stringify(items)).not.toContain(CARD_NUMBER);
    const refusals = await Promise.all([CARD_NUMBER, '#sha256sum:'].map(async (start, i) => {
      const path = await folder.write(`leak-${i}.csv`, `${start}${CARD_NUMBER}\n`);
      return inspect(path, i === 0 ? 'enrolments' : 'transactions');
    }));
    expect(refusals.map(({ refused }) => refused?.reason)).toEqual(['header', 'checksum-malformed']);
    expect(JSON.stringify(refusals)).not.toContain(CARD_NUMBER);
  });

  test('control: a good line does show a number that was put into a kept column', async () => {
    const path = await folder.write('good.csv', transactionLine({ terminalId: CARD_NUMBER }));
    expect(JSON.stringify(await collect(readTransactions(await taken(path, 'transactions'), 0, null)))).toContain(CARD_NUMBER);
  });

  test('comes in batches of at most 1,000', async () => {
    const file = await taken(await folder.write('many.csv', `${transactionLine()}\n`.repeat(2500) + '\n'.repeat(3000)), 'transactions');
    let count = 0;
    for await (const batch of readTransactions(file, 0, ARRIVAL_MS)) {
      expect(batch.length).toBeLessThanOrEqual(1000);
      for (const { line } of batch) expect(line).toBe(++count);
    }
    expect(count).toBe(5500);
  });
});

describe('an enrolment file', () => {
  test.each(['\n', '\r\n'])('names every bad line by number and column, and takes the rest (%j)', async (ending) => {
    const header = enrolmentText().trimEnd() + ending;
    const content = Buffer.concat([Buffer.from(header), interleaved(enrolmentLine(), MALFORMED_ENROLMENT_LINES, ending)]);
    const items = await collect(readEnrolments(await taken(await folder.write('mixed.csv', content), 'enrolments')));
    expect(items).toHaveLength(2 * MALFORMED_ENROLMENT_LINES.length);
    MALFORMED_ENROLMENT_LINES.forEach(({ what, field }, i) => {
      // Line 1 is the header.
      expect(items[2 * i], what).toMatchObject({ line: 2 * i + 2, enrolment: { citizenId: 'citizen-1' } });
      expect(items[2 * i + 1], what).toEqual({ line: 2 * i + 3, enrolment: null, field });
    });
  });

  test.each(['', '\n', '\r', '\r\n'])('may hold no event, and end in %j after the header', async (ending) => {
    const path = await folder.write('none.csv', enrolmentText().trimEnd() + ending);
    expect(await collect(readEnrolments(await taken(path, 'enrolments')))).toEqual([]);
  });
});
