/**
 * Writes the five report files of a run, embedded or not. Source: contract, section 6.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../feeds/atomic-file.ts';
import { writeCsv } from '../feeds/csv-out.ts';
import type { Context } from '../processors/context.ts';
import type { Payout } from '../schemas/generated/types.ts';
import type { Summary } from './figures.ts';
import { payoutRow, totalRows, type AdjustmentRow, type Row, type TotalPages } from './rows.ts';

export interface Reports {
  readonly payouts: readonly Payout[];
  readonly adjustments: readonly AdjustmentRow[];
  /** Sorted. */
  readonly quarantine: readonly Row[];
  readonly summary: Summary;
}

/** `outDir` is made when it is not there. `counting` sees the totals pass. */
export async function writeReports(
  context: Context, outDir: string, reports: Reports, counting: (pages: TotalPages) => TotalPages = (pages) => pages,
): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const file = (name: string) => join(outDir, name);
  await writeCsv(file('totals.csv'), ['citizenId', 'period', 'transactions', 'cashbackCents'], counting(totalRows(context)));
  await writeCsv(file('payouts.csv'), ['payoutId', 'citizenId', 'period', 'kind', 'transactions', 'amountCents'], [reports.payouts.map(payoutRow)]);
  await writeCsv(file('adjustments.csv'), ['citizenId', 'period', 'amountCents'], [reports.adjustments]);
  await writeCsv(file('quarantine.csv'), ['source', 'line', 'reason', 'field'], [reports.quarantine]);
  await writeWhole(file('summary.json'), [`${JSON.stringify(reports.summary, null, 2)}\n`]);
}
