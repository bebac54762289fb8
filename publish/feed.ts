/**
 * Transactions and enrolments alike: a file's lines, each a record or refused.
 *
 * Source: contract, section 3. When the producer sets the time, records come in the order and with the arrival that
 * `replay` would give them; when the broker does, files come as given.
 */
import { inArrivalOrder } from '../feeds/arrival-order.ts';
import { readEnrolments, type EnrolmentItem } from '../feeds/enrolment-file.ts';
import { arrivalOfName } from '../feeds/file-name.ts';
import type { FeedKind, InspectedFile } from '../feeds/inspection.ts';
import { readTransactions, type TransactionItem } from '../feeds/transaction-file.ts';
import type { Calendar } from '../programme/calendar.ts';
import type { CardEnrolment, CardTransaction } from '../schemas/generated/types.ts';
import type { TopicName } from '../topology/names.ts';

export const TOPIC_OF = { transactions: 'card-transactions', enrolments: 'card-enrolments' } as const satisfies
  Readonly<Record<FeedKind, TopicName>>;

export type Refusal = 'malformed' | 'arrival-before-1970';

export interface GoodLine {
  /** Which of the files, from 0. */
  readonly source: number;
  readonly line: number;
  readonly record: CardTransaction | CardEnrolment;
  /** ms since the epoch: of `replay`, or the record's own time where the broker sets the arrival. */
  readonly timeMs: number;
}

export interface RefusedLine {
  readonly source: number;
  readonly line: number;
  readonly record: null;
  readonly reason: Refusal;
  readonly field: string | null;
}

export type FeedLine = GoodLine | RefusedLine;

/** Whose clock sets the arrival; `replay`'s needs the calendar for the names of files. */
export type Timing = { readonly arrival: 'broker' } | { readonly arrival: 'producer'; readonly calendar: Calendar };

/** One file, in the order of its lines. @throws FeedError */
export async function* linesOf(file: InspectedFile, source: number, timing: Timing): AsyncGenerator<FeedLine[]> {
  if (file.kind === 'enrolments') {
    for await (const items of readEnrolments(file)) yield items.map((item) => ofEnrolment(source, item, timing));
    return;
  }
  const arrivalMs = timing.arrival === 'broker' ? null : arrivalOfName(file.name, timing.calendar);
  for await (const items of readTransactions(file, source, arrivalMs)) yield items.map((item) => ofTransaction(item, timing));
}

/** All files of one kind, in the order of sending. @throws FeedError */
export async function* linesInOrder(files: readonly InspectedFile[], timing: Timing): AsyncGenerator<FeedLine[]> {
  if (timing.arrival === 'producer' && files[0]?.kind === 'transactions') {
    for await (const items of inArrivalOrder(files, timing.calendar)) yield items.map((item) => ofTransaction(item, timing));
    return;
  }
  for (const [source, file] of files.entries()) yield* linesOf(file, source, timing);
}

function ofTransaction(item: TransactionItem, timing: Timing): FeedLine {
  const { source, line } = item;
  if (item.transaction === null) return { source, line, record: null, reason: 'malformed', field: item.field };
  return good({ source, line, record: item.transaction, timeMs: item.arrivalMs }, 'trxDate', timing);
}

function ofEnrolment(source: number, item: EnrolmentItem, timing: Timing): FeedLine {
  const { line, enrolment } = item;
  if (enrolment === null) return { source, line, record: null, reason: 'malformed', field: item.field };
  return good({ source, line, record: enrolment, timeMs: enrolment.at }, 'at', timing);
}

/** Kafka has no time before 1970: negative timestamps mean "none" to it. */
function good(line: GoodLine, field: string, { arrival }: Timing): FeedLine {
  if (arrival === 'broker' || line.timeMs >= 0) return line;
  return { source: line.source, line: line.line, record: null, reason: 'arrival-before-1970', field };
}
