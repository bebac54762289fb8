/**
 * `tornaconto status CITIZEN [--json]`: a citizen's totals from the running system. Contract, section 6.
 */
import { Command } from 'commander';
import { CITIZEN_ID, citizenStatus, type CitizenStatus } from '../service/citizen-status.ts';
import { UsageError } from './exit.ts';
import { withServers } from './server-command.ts';
import { euro } from './summary-text.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('Show a citizen\'s totals.')
    .argument('<citizen>', 'citizenId')
    .option('--json', 'as JSON')
    .action(async (citizenId: string, { json }: { json?: true }) => {
      if (!CITIZEN_ID.test(citizenId)) throw new UsageError('CITIZEN must be 1 to 64 of A-Z a-z 0-9 . _ : -');
      const status = await withServers('status', (context) => citizenStatus(context, citizenId));
      console.log(json === true ? JSON.stringify(status) : textOf(status));
    });
}

function textOf({ citizenId, periods }: CitizenStatus): string {
  if (periods.length === 0) return `${citizenId}: no payments`;
  return periods.map(({ period, transactions, cashbackCents, minimumTransactions, closed }) =>
    `${citizenId}  ${period}  ${transactions} of at least ${minimumTransactions} transactions  ${euro(cashbackCents)}  ${closed ? 'closed' : 'open'}`).join('\n');
}
