/** What the contract says of small worlds, worked out by hand: the pipeline and its oracle both have to agree. */
import { describe, expect, test } from 'vitest';
import { oracle } from '../oracle/oracle.ts';
import type { FiveFiles } from '../oracle/world.ts';
import { EXAMPLES, type Example } from './examples.ts';
import { comparable, replayed } from './run.ts';

describe.each(EXAMPLES)('$what', (example) => {
  test('in the pipeline', async () => {
    const files = await replayed(example.world);
    expect(rowsOf(files, example)).toEqual(example.rows);
    expect(comparable(files)).toEqual(comparable(oracle(example.world)));
  });

  test('in the oracle', () => {
    expect(rowsOf(oracle(example.world), example)).toEqual(example.rows);
  });
});

function rowsOf(files: FiveFiles, { file }: Example): string[] {
  if (file === 'summary.json') return summaryRows(files[file]);
  const rows = files[file].split('\n').slice(1, -1);
  return file === 'payouts.csv' ? rows.map((row) => row.slice(row.indexOf(',') + 1)) : rows;
}

/** The counts of transactions that are not 0, as `name n`. */
function summaryRows(json: string): string[] {
  const { transactions } = JSON.parse(json) as { transactions: Record<string, number | Record<string, number>> };
  return Object.entries(transactions)
    .flatMap(([name, count]) => (typeof count === 'number' ? [[name, count] as const] : Object.entries(count)))
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`);
}
