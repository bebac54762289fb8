/**
 * Whether a timed replay did its work: its summary adds up, and is what the generator knows must come out.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Generated } from '../generate/generate.ts';
import type { Summary } from '../reports/figures.ts';

/** What is wrong with the files that a replay wrote; empty = nothing. */
export async function problemsOf(outDir: string, expected: Generated['expected'], files: number): Promise<string[]> {
  const summary = JSON.parse(await readFile(join(outDir, 'summary.json'), 'utf8')) as Summary;
  const payouts = sumOf(await readFile(join(outDir, 'payouts.csv'), 'utf8'));
  return problemsIn(summary, payouts, expected, files);
}

export interface PayoutSum {
  readonly count: number;
  readonly amountCents: number;
}

export function problemsIn(summary: Summary, payouts: PayoutSum, { enrolments, transactions, filesRefused }: Generated['expected'], files: number): string[] {
  const { applied, duplicate, dropped, quarantined } = summary.transactions;
  const became: Readonly<Record<string, number>> = { applied, duplicate, ...dropped, ...quarantined };
  const outcomes = [...new Set([...Object.keys(became), ...Object.keys(transactions.outcomes)])];
  const planned: Readonly<Record<string, number>> = transactions.outcomes;
  const { applied: cardsApplied = 0, unchanged: cardsUnchanged = 0, ...cardsRefused } = enrolments.outcomes;
  const equal: [what: string, found: number, wanted: number][] = [
    ['files read', summary.files.read, files - filesRefused],
    ['files refused', summary.files.refused, filesRefused],
    ['enrolments read', summary.enrolments.read, enrolments.read],
    ['enrolments applied', summary.enrolments.applied, cardsApplied],
    ['enrolments unchanged', summary.enrolments.unchanged, cardsUnchanged],
    ['enrolments quarantined', summary.enrolments.quarantined, total(cardsRefused)],
    ['transactions read', summary.transactions.read, transactions.read],
    ['transactions read, by outcome', total(became), summary.transactions.read],
    ...outcomes.map((outcome): [string, number, number] => [`transactions ${outcome}`, became[outcome] ?? 0, planned[outcome] ?? 0]),
    ['payouts', summary.payouts.count, payouts.count],
    ['cents paid', summary.payouts.amountCents, payouts.amountCents],
  ];
  return equal.filter(([, found, wanted]) => found !== wanted).map(([what, found, wanted]) => `${what}: ${found}, must be ${wanted}`);
}

function sumOf(csv: string): PayoutSum {
  const rows = csv.trimEnd().split('\n').slice(1);
  return { count: rows.length, amountCents: rows.reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(',') + 1)), 0) };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
