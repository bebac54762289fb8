/**
 * The five files of `replay` or `export`, and what differs between two of them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../../reports/figures.ts';

export interface Answer {
  /** The files' text: money is compared byte by byte. */
  readonly totals: string;
  readonly payouts: string;
  readonly adjustments: string;
  /** `source,line,reason,field`, sorted. */
  readonly quarantine: readonly string[];
  readonly summary: Summary;
}

const LINES_SHOWN = 3;

export async function readAnswer(folder: string): Promise<Answer> {
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    totals: await text('totals.csv'),
    payouts: await text('payouts.csv'),
    adjustments: await text('adjustments.csv'),
    quarantine: linesOf(await text('quarantine.csv')).slice(1).sort(),
    summary: JSON.parse(await text('summary.json')) as Summary,
  };
}

/** An answer of `replay` without what never reaches Kafka: files, and lines that are no records. */
export function asPublished({ quarantine, summary, ...money }: Answer): Answer {
  const malformed = quarantine.filter((row) => row.split(',')[2] === 'malformed');
  const ofTransactions = malformed.filter((row) => row.startsWith('CSTAR.')).length;
  const ofEnrolments = malformed.length - ofTransactions;
  const { enrolments, transactions } = summary;
  return {
    ...money,
    quarantine: quarantine.filter((row) => !malformed.includes(row)),
    summary: {
      ...summary,
      files: { read: 0, refused: 0 },
      enrolments: { ...enrolments, read: enrolments.read - ofEnrolments, quarantined: enrolments.quarantined - ofEnrolments },
      transactions: {
        ...transactions,
        read: transactions.read - ofTransactions,
        quarantined: { ...transactions.quarantined, malformed: (transactions.quarantined.malformed ?? 0) - ofTransactions },
      },
    },
  };
}

/** In words, file by file; empty when the two are the same. */
export function differencesBetween(expected: Answer, actual: Answer): string[] {
  const differences: string[] = [];
  for (const file of ['totals', 'payouts', 'adjustments'] as const) {
    if (expected[file] === actual[file]) continue;
    differences.push(...lineDifferences(file, linesOf(expected[file]), linesOf(actual[file])));
  }
  differences.push(...lineDifferences('quarantine', expected.quarantine, actual.quarantine));
  const [wanted, found] = [summaryText(expected.summary), summaryText(actual.summary)];
  if (wanted !== found) differences.push(`summary: expected ${wanted}, found ${found}`);
  return differences;
}

function lineDifferences(file: string, expected: readonly string[], actual: readonly string[]): string[] {
  const missing = less(expected, actual);
  const extra = less(actual, expected);
  if (missing.length === 0 && extra.length === 0) return expected.join() === actual.join() ? [] : [`${file}: another order`];
  const shown = (what: string, lines: readonly string[]): string[] =>
    (lines.length === 0 ? [] : [`${file}: ${lines.length} ${what}: ${lines.slice(0, LINES_SHOWN).join(' | ')}`]);
  return [...shown('missing', missing), ...shown('too many', extra)];
}

/** As multisets. */
function less(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/** Reasons of 0 may be left out (contract, section 6), and order means nothing. */
function summaryText(summary: Summary): string {
  const plain = (value: unknown): unknown => (typeof value !== 'object' || value === null ? value : Object.fromEntries(
    Object.entries(value).filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, plain(inner)])));
  return JSON.stringify(plain(summary));
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
