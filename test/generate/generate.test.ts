import { hash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../generate/generate.ts';
import type { Generated } from '../../generate/generate.ts';
import { parseProgramme } from '../../programme/parse.ts';
import { digestOf, temporaryFolder } from './folder.ts';

const STANDARD_NAME = /^CSTAR\.[A-Za-z0-9]{5}\.TRNLOG\.20\d{6}\.([01]\d|2[0-3])[0-5]\d[0-5]\d\.\d{3}\.csv(\.gz)?$/;
const MODEST = { seed: 1, citizens: 300, payments: 10_000 };

/** A file's unpacked bytes. */
async function contentOf(folder: string, name: string): Promise<Buffer> {
  const bytes = await readFile(join(folder, name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** Its lines as byte strings, a checksum line not among them. */
function linesOf(content: Buffer): string[] {
  const lines = content.toString('latin1').split(/\r?\n/);
  expect(lines.pop()).toBe('');
  return lines.filter((line) => !line.startsWith('#'));
}

describe('determinism', () => {
  test('the same seed and sizes make the same bytes, another seed others', async () => {
    const digests = await Promise.all([7, 7, 8].map(async (seed) => {
      const outDir = await temporaryFolder();
      await generate({ seed, citizens: 20, payments: 800, outDir });
      return digestOf(outDir);
    }));
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  test('an earlier data set in the folder leaves nothing behind', async () => {
    const [used, fresh] = [await temporaryFolder(), await temporaryFolder()];
    await generate({ seed: 1, citizens: 30, payments: 900, outDir: used, spoilt: true });
    await generate({ seed: 2, citizens: 20, payments: 300, outDir: used });
    await generate({ seed: 2, citizens: 20, payments: 300, outDir: fresh });
    expect(await digestOf(used)).toBe(await digestOf(fresh));
  });

  test('a folder with anything else is refused, and left alone', async () => {
    const outDir = await temporaryFolder();
    await writeFile(join(outDir, 'CSTAR.12345.TRNLOG.20201210.010203.001.csv'), 'not ours');
    await expect(generate({ ...MODEST, outDir })).rejects.toThrow('empty');
    expect(await readdir(outDir)).toEqual(['CSTAR.12345.TRNLOG.20201210.010203.001.csv']);
  });
});

test.each([1, 2, 3, 5, 40, 999])('%i lines are exactly as many', async (payments) => {
  const outDir = await temporaryFolder();
  const { transactions, expected } = await generate({ seed: payments, citizens: 3, payments, outDir });
  const counts = await Promise.all(transactions.map(async (name) => linesOf(await contentOf(outDir, name)).length));
  expect(counts.reduce((a, b) => a + b)).toBe(payments);
  expect(expected.transactions.read).toBe(payments);
});

test('a size out of bounds is refused by its name', async () => {
  const outDir = await temporaryFolder();
  await expect(generate({ ...MODEST, outDir, citizens: 0 })).rejects.toThrow('citizens');
  await expect(generate({ ...MODEST, outDir, payments: 1.5 })).rejects.toThrow('payments');
  await expect(generate({ ...MODEST, outDir, seed: -1 })).rejects.toThrow('seed');
});

describe('a data set of modest size', () => {
  let generated: Generated;
  let files: ReadonlyMap<string, Buffer>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tornaconto-generate-'));
    generated = await generate({ ...MODEST, outDir: folder });
    files = new Map(await Promise.all(generated.transactions.map(async (name) => [name, await contentOf(folder, name)] as const)));
    return () => rm(folder, { recursive: true, force: true });
  });

  test('is made of the files it names, with standard names', async () => {
    const names = [generated.programme, ...generated.enrolments, ...generated.transactions];
    expect(names.toSorted()).toEqual((await readdir(folder)).sort());
    for (const name of generated.transactions) expect(name).toMatch(STANDARD_NAME);
  });

  test('has a good programme, with a minimum and ranks that can be reached', async () => {
    const { periods } = parseProgramme(await readFile(join(folder, generated.programme), 'utf8'));
    expect(periods.map(({ id }) => id)).toEqual(['2020-christmas', '2021-h1']);
    expect(periods[0]!.minimumTransactions).toBeLessThanOrEqual(10);
    expect(periods[1]!.superCashback).toEqual({ ranks: 3, cents: 150_000 });
  });

  test('plants every kind', () => {
    for (const [kind, count] of Object.entries(generated.planted)) expect(count, kind).toBeGreaterThan(0);
  });

  test('reaches every outcome that files can lead to', () => {
    const { enrolments, transactions } = generated.expected;
    expect(Object.keys(transactions.outcomes).sort()).toEqual(['applied', 'conflict', 'currency', 'duplicate', 'future',
      'late', 'malformed', 'not-enrolled', 'online', 'outside-period']);
    expect(Object.keys(enrolments.outcomes).sort()).toEqual(['applied', 'card-taken', 'malformed', 'not-holder', 'unchanged']);
  });

  test('has right checksum lines in most files, none in some; packed files; CRLF', () => {
    let [checked, packed, crlf] = [0, 0, 0];
    for (const [name, content] of files) {
      if (name.endsWith('.gz')) packed++;
      if (content.includes('\r\n')) crlf++;
      if (!content.toString('latin1', 0, 11).startsWith('#sha256sum:')) continue;
      checked++;
      expect(content.toString('latin1', 11, 75)).toBe(hash('sha256', content.subarray(content.indexOf('\n') + 1)));
    }
    expect(checked).toBeGreaterThan(files.size / 2);
    expect(checked).toBeLessThan(files.size);
    expect(packed).toBeGreaterThan(10);
    expect(packed).toBeLessThan(files.size / 2);
    expect(crlf).toBeGreaterThan(10);
  });

  test('looks like trade: shops more than online, round halves, busy and idle citizens', () => {
    const rows = [...files.values()].flatMap(linesOf).map((line) => line.split(';'));
    const share = (of: (row: string[]) => boolean): number => rows.filter(of).length / rows.length;
    expect(share((row) => row[17] === '00')).toBeGreaterThan(0.8);
    expect(share((row) => row[17] === '01')).toBeGreaterThan(0.05);
    expect(share((row) => row[1] === '01')).toBeLessThan(0.08);
    expect(share((row) => row[8]!.endsWith('5'))).toBeGreaterThan(0.25);
    const byCard = [...Map.groupBy(rows, (row) => row[3]!.toLowerCase()).values()].map(({ length }) => length).sort((a, b) => a - b);
    expect(byCard.at(-1)).toBeGreaterThan(8 * byCard[byCard.length >> 1]!);
  });

  test('never repeats an identity but for the repeats that it counts', () => {
    const rows = [...files.values()].flatMap(linesOf).map((line) => line.split(';')).filter((row) => row.length === 19);
    const identities = Map.groupBy(rows, (row) => [row[0], row[10], row[5], row[1]].join(';'));
    const repeated = rows.length - identities.size;
    const { planted } = generated;
    expect(repeated).toBe(planted.duplicate + planted.conflict + planted['reversal-repeated']);
  });
});

test('half a year crosses the change of clocks, in its events and its payments', async () => {
  const outDir = await temporaryFolder();
  const { enrolments, transactions } = await generate({ seed: 3, citizens: 400, payments: 6000, outDir, window: 'programme' });
  expect(enrolments).toContain('enrolments-2021-05.csv');
  const events = (await Promise.all(enrolments.map((name) => readFile(join(outDir, name), 'latin1')))).join('');
  const lines = (await Promise.all(transactions.map(async (name) => linesOf(await contentOf(outDir, name))))).flat().join('\n');
  for (const text of [events, lines]) expect([text.includes('+01:00'), text.includes('+02:00')]).toEqual([true, true]);
  expect(lines).toMatch(/2021-03-28T\d\d:\d\d:\d\d(\.\d{3})?\+02:?00/);
  // On that day clocks jumped from 02:00 to 03:00.
  expect(lines).not.toMatch(/2021-03-28T02:\d\d:\d\d(\.\d{3})?\+/);
});
