/**
 * `tornaconto close PERIOD`: with ARRIVAL=producer no clock decides, so somebody says when. Contract, section 6.
 *
 * What has been published by now counts; accrue must be running. May be repeated, or run beside another.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { Close } from '../processors/close.ts';
import { UsageError } from './exit.ts';
import { periodOf, withServers } from './server-command.ts';

const LOOK_MS = 250;

export function closeCommand(): Command {
  return new Command('close')
    .description('Close a period (ARRIVAL=producer only: otherwise periods close by the broker\'s clock).')
    .argument('<period>', 'its id')
    .option('--timeout <seconds>', 'give up when it is not closed by then; what was done stays done', '600')
    .action(async (id: string, { timeout }: { timeout: string }) => {
      if (!/^[1-9][0-9]{0,6}$/.test(timeout)) throw new UsageError('--timeout must be a whole number of seconds, at least 1');
      await withServers('close', async (context) => {
        if (context.arrival !== 'producer') throw new UsageError('close is for ARRIVAL=producer; here a period closes when the broker\'s clock is past its deadline and CLOSE_MARGIN');
        const period = periodOf(context.programme, id);
        const close = new Close(context);
        const requested = new Set([id]);
        const endMs = Date.now() + Number(timeout) * 1000;
        for (let said = ''; ;) {
          const state = (await close.advance(requested)).get(id);
          if (state === undefined) break;
          if (state === 'earlier-period') throw new UsageError(`periods close in the order of their deadlines: close ${context.programme.byDeadline.find((other) => !close.closures.closed(other))!.id} first`);
          if (state !== said) console.error(`waiting for ${state === 'receipts' ? 'qualify to reach what was published' : 'accrue to freeze every shard'}`);
          said = state;
          if (Date.now() > endMs) throw new Error(`not closed after ${timeout} s: it still waits for ${state}`);
          await sleep(LOOK_MS);
        }
        const manifests = close.closures.manifests(period.id, 'CASHBACK');
        console.log(`${id} is closed: ${manifests.reduce((sum, { payouts }) => sum + payouts, 0)} payouts of CASHBACK`);
      });
    });
}
