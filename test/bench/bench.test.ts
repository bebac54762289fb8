/** A benchmark's own checks: what it times must be right, and what it says of goals must be true. */
import { describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measured } from '../../bench/measured.ts';
import { optionsOf, OptionsError } from '../../bench/options.ts';
import { goalLine, goalsOf, tableOf, type Result } from '../../bench/results.ts';
import { problemsIn } from '../../bench/validation.ts';
import type { Generated } from '../../generate/generate.ts';
import type { Summary } from '../../reports/figures.ts';

describe('options', () => {
  test('three sizes by default; those given in ascending order, each once', () => {
    expect(optionsOf([]).lines).toEqual([100_000, 1_000_000, 4_000_000]);
    expect(optionsOf(['--lines', '30,20,30']).lines).toEqual([20, 30]);
  });
  test.each([['--lines', '0'], ['--lines', '1e3'], ['--lines', '6000000'], ['--lines', ''], ['--line', '1'], ['1']])('refuses %s %s', (...args) => {
    expect(() => optionsOf(args)).toThrow(OptionsError);
  });
});

test('reads and splits plain and packed files, and says what that took', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tornaconto-bench-'));
  try {
    await writeFile(join(dir, 'a.csv'), 'a;b\r\nc;d');
    await writeFile(join(dir, 'b.csv.gz'), Buffer.concat([gzipSync('a;b\n'), gzipSync('c;d\n')]));
    const run = await measured('bench/read-and-split.ts', [join(dir, 'a.csv'), join(dir, 'b.csv.gz')]);
    expect(run).toMatchObject({ exitCode: 0, stdout: '4\n', stderr: '' });
    expect(run.cpuMs).toBeGreaterThan(0);
    expect(run.peakMiB).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true });
  }
});

describe('validation', () => {
  const summary: Summary = {
    files: { read: 3, refused: 0 },
    enrolments: { read: 4, applied: 2, unchanged: 1, quarantined: 1 },
    transactions: { read: 9, applied: 5, duplicate: 1, dropped: { online: 1, 'not-enrolled': 1, 'outside-period': 0, late: 0 }, quarantined: { malformed: 1 } },
    payouts: { count: 2, amountCents: 300 },
  };
  const expected: Generated['expected'] = {
    enrolments: { read: 4, outcomes: { applied: 2, unchanged: 1, future: 1 } },
    transactions: { read: 9, outcomes: { applied: 5, duplicate: 1, online: 1, 'not-enrolled': 1, malformed: 1 } },
    filesRefused: 0,
  };
  const payouts = { count: 2, amountCents: 300 };

  test('finds nothing where all is as it must be', () => {
    expect(problemsIn(summary, payouts, expected, 3)).toEqual([]);
  });
  test('finds a record in the wrong place, a cent too many, a file that is missing', () => {
    const moved = { ...summary, transactions: { ...summary.transactions, applied: 4, duplicate: 2 } };
    expect(problemsIn(moved, payouts, expected, 3)).toEqual(['transactions applied: 4, must be 5', 'transactions duplicate: 2, must be 1']);
    expect(problemsIn(summary, { count: 2, amountCents: 301 }, expected, 3)).toEqual(['cents paid: 300, must be 301']);
    expect(problemsIn(summary, payouts, expected, 4)).toEqual(['files read: 3, must be 4']);
  });
  test('finds an outcome that nobody planned, and one that never came', () => {
    const odd = { ...summary, transactions: { ...summary.transactions, quarantined: { conflict: 1 } } };
    expect(problemsIn(odd, payouts, expected, 3)).toEqual(['transactions conflict: 1, must be 0', 'transactions malformed: 0, must be 1']);
  });
});

describe('goals', () => {
  const result = (transactionLines: number, cpuMs: number, peakMiB: number): Result => ({
    citizens: transactionLines / 5, transactionLines, lines: transactionLines, files: 1,
    reading: { wallMs: transactionLines / 1000, cpuMs: transactionLines / 1000, peakMiB: 50 },
    replay: { wallMs: 9e9, cpuMs, peakMiB },
  });
  const verdicts = (...results: Result[]) => goalsOf(results).map(({ holds }) => holds);

  test('hold at their limits, and are missed past them', () => {
    expect(verdicts(result(100_000, 800, 1), result(1_000_000, 6400, 1023), result(2_000_000, 13_400, 1))).toEqual([true, true, true]);
    expect(verdicts(result(100_000, 801, 1), result(1_000_000, 6400, 1024), result(2_000_000, 13_400, 1))).toEqual([false, true, false]);
    expect(verdicts(result(100_000, 800, 1), result(1_000_000, 6400, 1), result(2_000_000, 14_300, 1))).toEqual([true, false, true]);
  });
  test('what does not grow with the lines is no cost of a line', () => {
    const found = goalsOf([result(100_000, 1800, 1), result(1_000_000, 6300, 1), result(2_000_000, 11_300, 1)])[1];
    expect(found).toMatchObject({ found: '5.0 µs, 5.0 µs: 0 %', holds: true });
  });
  test('are not claimed where nothing was measured', () => {
    expect(verdicts(result(100_000, 100, 1))).toEqual([true, null, null]);
    expect(goalsOf([result(100_000, 100, 1)]).map(goalLine)[2]).toMatch(/^not measured/);
  });
  test('the table has two rows a size', () => {
    expect(tableOf([result(100_000, 100, 1)]).split('\n')).toHaveLength(3);
  });
});
