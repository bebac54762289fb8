/**
 * The five files from a running system, as far as it has folded. Sources are partitions, lines are offsets.
 */
import type { Context } from '../processors/context.ts';
import { processedFigures, summarise, type Summary } from './figures.ts';
import { adjustmentRows, payoutsOf, quarantinedOf, sortQuarantine } from './rows.ts';
import { writeReports } from './write-reports.ts';

export async function exportReports(context: Context, outDir: string): Promise<Summary> {
  const payouts = await payoutsOf(context);
  const quarantined = await quarantinedOf(context);
  const processed = await processedFigures(context);
  // What is qualified but not folded yet is not counted as read yet: the summary adds up at any moment.
  const folded = processed.applied + processed.duplicate + processed.conflict;
  const summary = summarise({
    filesRead: 0, filesRefused: 0, malformedEnrolments: 0, malformedTransactions: 0,
    enrolmentLines: Object.values(processed.enrolments).reduce((sum, count) => sum + count, 0),
    transactionLines: processed.read - processed.qualified + folded,
  }, processed, { count: payouts.length, amountCents: payouts.reduce((sum, { amount }) => sum + amount, 0) });
  await writeReports(context, outDir, {
    payouts,
    adjustments: await adjustmentRows(context),
    quarantine: sortQuarantine(quarantined.map(({ topic, partition, offset, reason, field }) =>
      [`${topic}/${partition}`, offset, reason, field])),
    summary,
  });
  return summary;
}
