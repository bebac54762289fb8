/**
 * `tornaconto export --out DIR`: the five files of `replay` from the running system. Contract, section 6.
 */
import { Command } from 'commander';
import { exportReports } from '../reports/export.ts';
import { hasRefusals } from '../reports/figures.ts';
import { EXIT } from './exit.ts';
import { withServers } from './server-command.ts';

export function exportCommand(): Command {
  return new Command('export')
    .description('Write the five files of replay from the running system, as far as it has folded.')
    .requiredOption('--out <dir>', 'where the five files are written')
    .action(async ({ out }: { out: string }) => {
      const summary = await withServers('export', (context) => exportReports(context, out));
      console.log(`Written to ${out}: totals.csv, payouts.csv, adjustments.csv, quarantine.csv, summary.json`);
      process.exitCode = hasRefusals(summary) ? EXIT.refused : EXIT.done;
    });
}
