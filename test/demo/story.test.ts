import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runReplay } from '../../cli/replay.ts';
import { compareResults, totalsRowsOf } from '../../demo/check.ts';
import { chooseCitizen } from '../../demo/choose.ts';
import { citizenCases } from '../../demo/citizen-case.ts';
import { judgeData } from '../../demo/judged-data.ts';
import { tellStory } from '../../demo/story.ts';
import { euros } from '../../demo/wording.ts';
import { generate } from '../../generate/generate.ts';
import { temporaryFolder } from '../generate/folder.ts';

test('every citizen\'s story adds up to what replay writes, whoever is chosen', async () => {
  const folder = await temporaryFolder();
  const [dataDir, out] = [join(folder, 'data'), join(folder, 'results')];
  const { programme, enrolments, transactions } = await generate({ seed: 3, citizens: 60, payments: 9000, outDir: dataDir });
  const paths = (names: readonly string[]): string[] => names.map((name) => join(dataDir, name));
  const files = { programme: join(dataDir, programme), enrolments: paths(enrolments), transactions: paths(transactions) };
  await runReplay({ ...files, out });
  const data = await judgeData(files.programme, files.enrolments, files.transactions);
  const cases = citizenCases(data);
  expect(cases.length).toBeGreaterThan(50);
  const words = new Set<string>();
  for (const citizen of cases) {
    const { lines, sums } = tellStory(citizen, data);
    const told = sums.map(({ period, transactions: count, cashbackCents }) => `${citizen.citizenId},${period},${count},${cashbackCents}`);
    expect(told.sort()).toEqual(await totalsRowsOf(citizen.citizenId, out));
    for (const { text } of lines) {
      expect(text).not.toMatch(/NaN|undefined|null|\[object/);
      words.add(text.replaceAll(/[^a-z ]/g, ''));
    }
  }
  for (const { differing, rows } of await compareResults(cases, data.programme, out)) expect([rows > 0, differing]).toEqual([true, 0]);
  // Control: without one citizen's case rows are missing.
  const [totals] = await compareResults(cases.slice(1), data.programme, out);
  expect(totals!.differing).toBeGreaterThan(0);
  expect(words.size).toBeGreaterThan(50);
  expect(cases).toContain(chooseCitizen(cases, data));
});

test.each([[0, '€ 0.00'], [5, '€ 0.05'], [1500, '€ 15.00'], [-22_801, '−€ 228.01']])('%i cents are %s', (cents, text) => {
  expect(euros(cents)).toBe(text);
});
