/**
 * Receipts: how far each partition of `card-transactions` is qualified, and what became of it, cumulated from 0.
 */
import type { Receipt } from '../schemas/generated/types.ts';
import type { Context } from './context.ts';
import { ProcessingError } from './processor.ts';
import { checkTerms } from './terms.ts';

/** A zombie's older receipt may land last; more than this many of them cannot. */
const NEWEST = 100;

/**
 * The receipt with the greatest end among the newest; null when there is none.
 * @throws ProcessingError other-rules, when it was written under another programme file; sums-differ
 */
export async function newestReceipt({ reader, serdes, topic, programme }: Context, partition: number): Promise<Receipt | null> {
  const { start, high } = (await reader.watermarks(topic('receipts')))[partition] ?? { start: 0, high: 0 };
  let newest: Receipt | null = null;
  for await (const records of reader.range(topic('receipts'), partition, Math.max(start, high - NEWEST), high)) {
    await serdes.receipt.prepare(records.map((record) => record.value));
    for (const { value } of records) {
      const receipt = serdes.receipt.decode(value);
      if (newest === null || receipt.end > newest.end) newest = receipt;
      else if (receipt.end === newest.end) refuseUnequal(receipt, newest, partition);
    }
  }
  if (newest !== null) checkTerms(newest.terms, programme);
  return newest;
}

/**
 * Whether this process may judge, fold or pay: asked of the log, for the stores may be empty.
 * @throws ProcessingError other-rules
 */
export async function agreeWithReceipts(context: Context): Promise<void> {
  const marks = await context.reader.watermarks(context.topic('receipts'));
  for (const [partition, { high }] of marks.entries()) if (high > 0) await newestReceipt(context, partition);
}

/** Two processes that qualified the same records under the same rules must have come to the same. */
function refuseUnequal(a: Receipt, b: Receipt, partition: number): void {
  const numbers = (receipt: Receipt) =>
    JSON.stringify([receipt.read, receipt.qualified, sorted(receipt.dropped), sorted(receipt.quarantined)]);
  if (a.rules === b.rules && numbers(a) !== numbers(b)) {
    throw new ProcessingError('sums-differ', `receipts of partition ${partition} for offset ${a.end} differ`);
  }
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
