/**
 * The records of one transaction file, in the order of its lines.
 */
import type { CardTransaction } from '../schemas/generated/types.ts';
import { feedLines } from './feed-lines.ts';
import type { InspectedFile } from './inspection.ts';
import { firstBadTransactionColumn, parseTransactionLine } from './transaction-line.ts';

export interface TransactionRecord {
  /** Which of the files given, from 0. */
  readonly source: number;
  /** As it stands in the file, from 1. */
  readonly line: number;
  readonly transaction: CardTransaction;
  /** ms since the epoch. */
  readonly arrivalMs: number;
}

/** A line that is no record: quarantine `malformed`. */
export interface MalformedLine {
  readonly source: number;
  readonly line: number;
  readonly transaction: null;
  /** The first bad column; null when the line is not UTF-8, too long, or has another number of columns. */
  readonly field: string | null;
}

export type TransactionItem = TransactionRecord | MalformedLine;

/**
 * In batches of at most 1,000. All records arrive at `arrivalMs`, or each at its own trxDate when that is null.
 *
 * @throws FeedError
 */
export async function* readTransactions(
  file: InspectedFile, source: number, arrivalMs: number | null,
): AsyncGenerator<TransactionItem[]> {
  for await (const { firstLine, texts } of feedLines(file)) {
    const items = new Array<TransactionItem>(texts.length);
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i]!;
      const line = firstLine + i;
      const transaction = text === null ? null : parseTransactionLine(text);
      items[i] = transaction === null
        ? malformedLine(source, line, text)
        : { source, line, transaction, arrivalMs: arrivalMs ?? transaction.trxDate };
    }
    yield items;
  }
}

/** `text` is null when it could not be decoded. */
export function malformedLine(source: number, line: number, text: string | null): MalformedLine {
  return { source, line, transaction: null, field: text === null ? null : firstBadTransactionColumn(text) };
}
