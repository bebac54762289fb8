/**
 * `tornaconto verify PERIOD`: recomputes a period from the log alone; exit 3 on any difference. Contract, section 6.
 */
import { Command } from 'commander';
import { verify, type VerifyReport } from '../audit/verify.ts';
import { EXIT } from './exit.ts';
import { periodOf, withServers } from './server-command.ts';
import { euro } from './summary-text.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Recompute a period from the log alone and name every difference.')
    .argument('<period>', 'its id')
    .option('--json', 'as JSON')
    .action(async (id: string, { json }: { json?: true }) => {
      const report = await withServers('verify', (context) => verify(context, periodOf(context.programme, id)));
      console.log(json === true ? JSON.stringify(report) : textOf(report));
      process.exitCode = report.differenceCount > 0 ? EXIT.refused : EXIT.done;
    });
}

function textOf(report: VerifyReport): string {
  const lines = [
    `${report.period}  ${report.closed ? 'closed' : 'open'}`,
    `  ${report.citizens} citizens, ${report.transactions} transactions, ${euro(report.cashbackCents)} of cashback`,
    ...Object.entries(report.payouts).map(([kind, { payouts, amountCents, digest }]) => `  ${kind}: ${payouts} payouts of ${euro(amountCents)}, digest ${digest}`),
    `  adjustments: ${report.adjustments.count} of ${euro(report.adjustments.amountCents)}`,
    ...report.differences.map(({ kind, where, expected, found }) => `  ${kind}: ${where}: expected ${expected ?? 'nothing'}, found ${found ?? 'nothing'}`),
  ];
  const left = report.differenceCount - report.differences.length;
  if (left > 0) lines.push(`  and ${left} more`);
  lines.push(report.differenceCount === 0 ? 'no differences' : `${report.differenceCount} differences`);
  return lines.join('\n');
}
