/**
 * Receipts: how far each partition of `card-transactions` is qualified, and what became of it, cumulated from 0.
 */
import type { LogReader } from '../ports/log.ts';
import type { Receipt } from '../schemas/generated/types.ts';
import type { Serde } from '../schemas/serde.ts';
import { ProcessingError } from './processor.ts';

/** A zombie's older receipt may land last; more than this many of them cannot. */
const NEWEST = 100;

/** The receipt with the greatest end among the newest; null when there is none. */
export async function newestReceipt(
  reader: LogReader, topic: string, partition: number, serde: Serde<Receipt>,
): Promise<Receipt | null> {
  const { start, high } = (await reader.watermarks(topic))[partition] ?? { start: 0, high: 0 };
  let newest: Receipt | null = null;
  for await (const records of reader.range(topic, partition, Math.max(start, high - NEWEST), high)) {
    await serde.prepare(records.map((record) => record.value));
    for (const { value } of records) {
      const receipt = serde.decode(value);
      if (newest === null || receipt.end > newest.end) newest = receipt;
      else if (receipt.end === newest.end) refuseUnequal(receipt, newest, partition);
    }
  }
  return newest;
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
