import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { programmeJson } from '../../generate/programme.ts';
import { parseProgramme } from '../../programme/parse.ts';

test('at the size of a nation the programme is the real one: the example', async () => {
  const example = await readFile(new URL('../../examples/programme.json', import.meta.url), 'utf8');
  expect(parseProgramme(example).periods.map(({ id }) => id)).toEqual(['2020-christmas', '2021-h1']);
  expect(JSON.parse(programmeJson(10_000_000, [20, 100]))).toEqual(JSON.parse(example));
});

test('in a small data set the minimum and the ranks can be reached', () => {
  const { periods } = parseProgramme(programmeJson(40, [5, 0.3]));
  expect(periods.map(({ minimumTransactions }) => minimumTransactions)).toEqual([3, 1]);
  expect(periods[1]!.superCashback!.ranks).toBe(1);
});
