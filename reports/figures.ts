/**
 * The figures of a run, counted apart by each processor, and the sums that must hold between them.
 *
 * Source: contract, section 6 (`summary.json`), and the invariant of conservation: read = applied + duplicate +
 * dropped + quarantined.
 */
import { DROP_REASONS, type DropReason } from '../programme/outcome.ts';
import type { Context } from '../processors/context.ts';
import { newestReceipt } from '../processors/receipts.ts';

export interface Summary {
  readonly files: { readonly read: number; readonly refused: number };
  readonly enrolments: { readonly read: number; readonly applied: number; readonly unchanged: number; readonly quarantined: number };
  readonly transactions: {
    readonly read: number;
    readonly applied: number;
    readonly duplicate: number;
    readonly dropped: Readonly<Record<DropReason, number>>;
    readonly quarantined: Readonly<Record<string, number>>;
  };
  readonly payouts: { readonly count: number; readonly amountCents: number };
}

/** A period at a glance. */
export interface PeriodFigures {
  readonly id: string;
  readonly closed: boolean;
  /** With any applied payment in the period. */
  readonly citizens: number;
  readonly transactions: number;
  /** Caps applied, paid or not. */
  readonly cashbackCents: number;
  readonly paid: number;
  readonly paidCents: number;
  readonly adjustedCents: number;
}

/** Numbers that must be equal are not: a fault of the program. */
export class FiguresError extends Error {
  override readonly name = 'FiguresError';
}

type Counts = Record<string, number>;

/** What came in before the log: lines that were read, and those of them that are no records. */
export interface FeedFigures {
  readonly filesRead: number;
  readonly filesRefused: number;
  readonly enrolmentLines: number;
  readonly malformedEnrolments: number;
  readonly transactionLines: number;
  readonly malformedTransactions: number;
}

/** What the processors have counted, from the stores and the receipts. */
export interface ProcessedFigures {
  readonly enrolments: Readonly<Counts>;
  readonly read: number;
  readonly qualified: number;
  readonly dropped: Readonly<Counts>;
  readonly quarantined: Readonly<Counts>;
  readonly applied: number;
  readonly duplicate: number;
  readonly conflict: number;
}

export async function processedFigures(context: Context): Promise<ProcessedFigures> {
  const { cards, citizens, partitions, reader, topic } = context;
  const enrolments: Counts = {};
  for (let shard = 0; shard < partitions('card-enrolments'); shard++) addAll(enrolments, (await cards.counts(shard)).counts);
  const figures = { read: 0, qualified: 0, applied: 0, duplicate: 0, conflict: 0 };
  const dropped: Counts = {};
  const quarantined: Counts = {};
  const sources = (await reader.watermarks(topic('card-transactions'))).length;
  for (let partition = 0; partition < sources; partition++) {
    const receipt = await newestReceipt(context, partition);
    if (receipt === null) continue;
    figures.read += receipt.read;
    figures.qualified += receipt.qualified;
    addAll(dropped, receipt.dropped);
    addAll(quarantined, receipt.quarantined);
  }
  for (let shard = 0; shard < partitions('citizen-ledger'); shard++) {
    const { outcomes } = await citizens.counts(shard);
    figures.applied += outcomes.applied;
    figures.duplicate += outcomes.duplicate;
    figures.conflict += outcomes.conflict;
  }
  return { ...figures, enrolments, dropped, quarantined };
}

export function summarise(
  feeds: FeedFigures, processed: ProcessedFigures, payouts: { readonly count: number; readonly amountCents: number },
): Summary {
  const { applied = 0, unchanged = 0, ...refused } = processed.enrolments;
  const quarantined: Counts = {};
  addAll(quarantined, { malformed: feeds.malformedTransactions });
  addAll(quarantined, processed.quarantined);
  addAll(quarantined, { conflict: processed.conflict });
  return {
    files: { read: feeds.filesRead, refused: feeds.filesRefused },
    enrolments: { read: feeds.enrolmentLines, applied, unchanged, quarantined: feeds.malformedEnrolments + total(refused) },
    transactions: {
      read: feeds.transactionLines,
      applied: processed.applied,
      duplicate: processed.duplicate,
      dropped: Object.fromEntries(DROP_REASONS.map((reason) => [reason, processed.dropped[reason] ?? 0])) as Record<DropReason, number>,
      quarantined,
    },
    payouts,
  };
}

/** @throws FiguresError naming the sums that differ */
export function assertAddsUp(summary: Summary, processed: ProcessedFigures, quarantineRows: number): void {
  const { enrolments, transactions } = summary;
  const sums: [string, number, number][] = [
    ['enrolments read', enrolments.read, enrolments.applied + enrolments.unchanged + enrolments.quarantined],
    ['transactions read', transactions.read,
      transactions.applied + transactions.duplicate + total(transactions.dropped) + total(transactions.quarantined)],
    ['records qualify read', processed.read, processed.qualified + total(processed.dropped) + total(processed.quarantined)],
    ['records qualified', processed.qualified, processed.applied + processed.duplicate + processed.conflict],
    ['rows of quarantine', quarantineRows, enrolments.quarantined + total(transactions.quarantined)],
  ];
  const wrong = sums.filter(([, left, right]) => left !== right).map(([what, left, right]) => `${what}: ${left} are accounted for as ${right}`);
  if (wrong.length > 0) throw new FiguresError(`the figures do not add up: ${wrong.join('; ')}`);
}

/** Whether anything was refused or quarantined: exit code 3. */
export function hasRefusals({ files, enrolments, transactions }: Summary): boolean {
  return files.refused + enrolments.quarantined + total(transactions.quarantined) > 0;
}

function addAll(sums: Counts, counts: Readonly<Record<string, number>>): void {
  for (const [reason, count] of Object.entries(counts)) if (count > 0) sums[reason] = (sums[reason] ?? 0) + count;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
