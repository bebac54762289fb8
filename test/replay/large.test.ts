/**
 * Data sets of the generator, large enough that batches, ledger records and pages are cut: 1,000 lines of a file, 256
 * entries, 500 citizens, 4,096 records. The oracle knows of none of these.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../generate/generate.ts';
import { oracle } from '../oracle/oracle.ts';
import type { FeedFile, ProgrammeFile, World } from '../oracle/world.ts';
import { comparable, replayed } from './run.ts';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'tornaconto-large-')); });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

test.each([
  { seed: 1, citizens: 40, payments: 12_000, renamed: false },
  { seed: 2, citizens: 2500, payments: 12_000, renamed: true },
])('seed $seed: $citizens citizens, $payments lines', async ({ seed, citizens, payments, renamed }) => {
  const outDir = join(folder, String(seed));
  const { programme, enrolments, transactions } = await generate({ seed, citizens, payments, outDir });
  const read = async (name: string): Promise<FeedFile> => {
    const bytes = await readFile(join(outDir, name));
    return { name, text: name.endsWith('.gz') ? gunzipSync(bytes) : bytes };
  };
  const feeds = await Promise.all(transactions.map(read));
  const world: World = {
    programme: JSON.parse(await readFile(join(outDir, programme), 'utf8')) as ProgrammeFile,
    enrolments: await Promise.all(enrolments.map(read)),
    // Under names that say nothing, every record arrives at its own time, from many files at once.
    transactions: renamed ? feeds.map(({ text }, i) => ({ name: `${i}.csv`, text })) : feeds,
    asOf: '2022-01-01T00:00:00Z',
  };
  const files = oracle(world);
  expect(files['payouts.csv'].split('\n').length).toBeGreaterThan(citizens / 4);
  expect(comparable(await replayed(world))).toEqual(comparable(files));
}, 600_000);
