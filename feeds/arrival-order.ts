/**
 * All records of all transaction files in the one order that counts.
 *
 * Source: contract, section 3: by arrival, then file name, then the order in which the files were given, then line.
 *
 * All records of a file named by the standard arrive at once, so such files follow one another and are streamed, each
 * opened only when its turn comes. The records of all other files are held, sorted, and come in between.
 */
import type { Calendar } from '../programme/calendar.ts';
import { feedLines } from './feed-lines.ts';
import { arrivalOfName, compareNames } from './file-name.ts';
import { HeldRecords } from './held-records.ts';
import type { InspectedFile } from './inspection.ts';
import { malformedLine, readTransactions, type TransactionItem } from './transaction-file.ts';
import { parseTransactionLine } from './transaction-line.ts';

/** A file and its place among those that arrive at the same instant. */
interface Source {
  readonly file: InspectedFile;
  /** Which of the files given, from 0. */
  readonly index: number;
  readonly rank: number;
  /** null: each record arrives at its own trxDate. */
  readonly arrivalMs: number | null;
}

/**
 * In batches of 1 to 1,000. Records are in order; a malformed line has no arrival, and comes when it is met.
 * The same file given twice is two files.
 *
 * @throws FeedError
 */
export async function* inArrivalOrder(
  files: readonly InspectedFile[], calendar: Calendar,
): AsyncGenerator<TransactionItem[]> {
  const sources = files
    .map((file, index) => ({ file, index, arrivalMs: arrivalOfName(file.name, calendar) }))
    // A stable sort: files of one name stay as they were given.
    .sort((a, b) => compareNames(a.file.name, b.file.name))
    .map((source, rank) => ({ ...source, rank }));
  const held = new HeldRecords(sources.map(({ index }) => index));
  for (const source of sources) {
    if (source.arrivalMs === null) yield* hold(source, held);
  }
  for (const { file, index, rank, arrivalMs } of sources.filter(isNamed).sort(byArrival)) {
    yield* held.takeBefore(arrivalMs, rank);
    yield* readTransactions(file, index, arrivalMs);
  }
  yield* held.takeBefore(Infinity, Infinity);
}

/** Puts a file's records with those held; its malformed lines are handed on at once. */
async function* hold(source: Source, held: HeldRecords): AsyncGenerator<TransactionItem[]> {
  for await (const { firstLine, texts } of feedLines(source.file)) {
    const malformed: TransactionItem[] = [];
    for (const [i, text] of texts.entries()) {
      const transaction = text === null ? null : parseTransactionLine(text);
      if (transaction === null) malformed.push(malformedLine(source.index, firstLine + i, text));
      else held.add(source.rank, firstLine + i, transaction.trxDate, text!);
    }
    if (malformed.length > 0) yield malformed;
  }
}

function isNamed(source: Source): source is Source & { arrivalMs: number } {
  return source.arrivalMs !== null;
}

function byArrival(a: { arrivalMs: number; rank: number }, b: { arrivalMs: number; rank: number }): number {
  return a.arrivalMs - b.arrivalMs || a.rank - b.rank;
}
