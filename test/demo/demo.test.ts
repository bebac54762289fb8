import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { compareCounts } from '../../demo/check.ts';
import { temporaryFolder } from '../generate/folder.ts';
import { generate } from '../../generate/generate.ts';
import type { Summary } from '../../reports/figures.ts';

const DEMO = join(import.meta.dirname, '..', '..', 'demo', 'demo.ts');

test('the demo runs, agrees with itself, and tells a story with a bit of everything', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO, await temporaryFolder()]);
  expect(stdout).toBe(stripVTControlCharacters(stdout));
  expect(stdout).not.toContain('✗');
  expect(stdout).not.toMatch(/NaN|undefined|null|\[object/);
  for (const words of ['bought online', 'on this very day', 'that were kept', 'counts once', '€ 15.00 at most', 'half cent', 'paid €']) {
    expect(stdout).toContain(words);
  }
});

test('control: a count that is off by one is seen', async () => {
  const generated = await generate({ seed: 1, citizens: 5, payments: 60, outDir: await temporaryFolder() });
  const { enrolments, transactions, filesRefused } = generated.expected;
  const { applied = 0, unchanged = 0, ...refused } = enrolments.outcomes;
  const { applied: good = 0, duplicate = 0, malformed = 0, currency = 0, future = 0, conflict = 0, ...dropped } = transactions.outcomes;
  const none = { online: 0, 'not-enrolled': 0, 'outside-period': 0, late: 0 };
  const summary = (off: number): Summary => ({
    files: { read: 10, refused: filesRefused },
    enrolments: { read: enrolments.read, applied, unchanged, quarantined: Object.values(refused).reduce((a, b) => a + b, 0) },
    transactions: {
      read: transactions.read, applied: good - off, duplicate, dropped: { ...none, ...dropped },
      quarantined: { malformed, currency, future, conflict, undecodable: off },
    },
    payouts: { count: 0, amountCents: 0 },
  });
  const differing = (off: number): string[] => compareCounts(generated, summary(off))
    .filter(({ planted, found }) => planted !== found).map(({ what }) => what);
  expect(differing(0)).toEqual([]);
  expect(differing(1)).toEqual(['applied', 'quarantined undecodable']);
});
