/**
 * The generator says what must become of each line, in whole days; the rules say it in instants. They share no code,
 * so each is the other's oracle.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeData } from '../../demo/judged-data.ts';
import type { JudgedData } from '../../demo/judged-data.ts';
import { generate } from '../../generate/generate.ts';
import type { Generated, GenerateOptions } from '../../generate/generate.ts';
import { temporaryFolder } from './folder.ts';

async function judged(generated: Generated, folder: string): Promise<JudgedData> {
  const paths = (names: readonly string[]): string[] => names.map((name) => join(folder, name));
  return judgeData(join(folder, generated.programme), paths(generated.enrolments), paths(generated.transactions));
}

const found = ({ eventOutcomes, outcomes, filesRefused }: JudgedData): unknown => ({
  enrolments: Object.fromEntries(eventOutcomes), transactions: Object.fromEntries(outcomes), filesRefused,
});
const planned = ({ expected }: Generated): unknown => ({
  enrolments: expected.enrolments.outcomes, transactions: expected.transactions.outcomes, filesRefused: expected.filesRefused,
});

const DATA_SETS: readonly Omit<GenerateOptions, 'outDir'>[] = [
  { seed: 1, citizens: 300, payments: 10_000, spoilt: true },
  { seed: 2, citizens: 25, payments: 6000, window: 'programme' },
  { seed: 3, citizens: 1, payments: 200 },
  { seed: 4, citizens: 2, payments: 2000, spoilt: true },
];

test.each(DATA_SETS)('the rules find what was planted: %o', async (options) => {
  const outDir = await temporaryFolder();
  const generated = await generate({ ...options, outDir });
  expect(found(await judged(generated, outDir))).toEqual(planned(generated));
});

test('control: one line that is changed afterwards is found out', async () => {
  const outDir = await temporaryFolder();
  const generated = await generate({ seed: 1, citizens: 30, payments: 1000, outDir });
  const name = generated.transactions.find((file) => file.includes('ghiro'))!;
  const text = await readFile(join(outDir, name), 'latin1');
  await writeFile(join(outDir, name), text.replace(';978;', ';840;'), 'latin1');
  expect(found(await judged(generated, outDir))).not.toEqual(planned(generated));
});
