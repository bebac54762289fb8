/**
 * Holds the receipts against themselves: each record that was read is accounted for once (invariant I1).
 */
import type { Context } from '../processors/context.ts';
import { ProcessingError } from '../processors/processor.ts';
import { newestReceipt } from '../processors/receipts.ts';
import type { Receipt } from '../schemas/generated/types.ts';
import type { Differences } from './differences.ts';

/** The newest receipt of each partition of `card-transactions` that has one. */
export async function auditReceipts(context: Context, differences: Differences): Promise<ReadonlyMap<number, Receipt>> {
  const { reader, topic } = context;
  const receipts = new Map<number, Receipt>();
  const sources = await reader.watermarks(topic('card-transactions'));
  for (let partition = 0; partition < sources.length; partition++) {
    const where = `${topic('receipts')}/${partition}`;
    const receipt = await receiptOf(context, partition, where, differences);
    if (receipt === null) continue;
    receipts.set(partition, receipt);
    const { end, read, qualified, dropped, quarantined } = receipt;
    differences.expect('receipt-sums', `${where} read`, end, read);
    differences.expect('receipt-sums', `${where} outcomes`, read, qualified + sum(dropped) + sum(quarantined));
  }
  return receipts;
}

/** Null also where two say different things of the same records. */
async function receiptOf(context: Context, partition: number, where: string, differences: Differences): Promise<Receipt | null> {
  try {
    return await newestReceipt(context, partition);
  } catch (error) {
    if (!(error instanceof ProcessingError)) throw error;
    differences.add('receipt-sums', where, null, error.message);
    return null;
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
