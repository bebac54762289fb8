/**
 * `tornaconto periods [--json]`: open, in grace, closing (and what it waits for), closed. Contract, section 6.
 */
import { Command } from 'commander';
import { periodStatuses, type PeriodStatus } from '../service/periods.ts';
import { withServers } from './server-command.ts';
import { euro } from './summary-text.ts';

export function periodsCommand(): Command {
  return new Command('periods')
    .description('Show how far each period is, with counts and amounts.')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => {
      const statuses = await withServers('periods', (context) => periodStatuses(context, Date.now()));
      console.log(json === true ? JSON.stringify({ periods: statuses }) : statuses.map(textOf).join('\n'));
    });
}

function textOf(status: PeriodStatus): string {
  const lines = [
    `${status.period}  ${status.state}`,
    `  ${status.from} until ${status.until}, deadline ${status.deadline}`,
    `  ${status.payments} payments of ${euro(status.grossCents)}`,
    ...status.waitingFor.map((what) => `  waits for ${what}`),
  ];
  if (status.payouts > 0 || status.state === 'closed') {
    lines.push(`  ${status.payouts} payouts of ${euro(status.payoutCents)}, ${status.citizens} citizens`);
  }
  return lines.join('\n');
}
