/**
 * The events of one enrolment file, in the order of its lines. Each arrives (for `replay`) at its own `at`.
 */
import type { CardEnrolment } from '../schemas/generated/types.ts';
import { firstBadEnrolmentColumn, parseEnrolmentLine } from './enrolment-line.ts';
import { feedLines } from './feed-lines.ts';
import type { InspectedFile } from './inspection.ts';

export interface EnrolmentRecord {
  /** As it stands in the file, from 1; the header is line 1. */
  readonly line: number;
  readonly enrolment: CardEnrolment;
}

/** A line that is no event: quarantine `malformed`. */
export interface MalformedEnrolment {
  readonly line: number;
  readonly enrolment: null;
  /** The first bad column; null when the line is not UTF-8, too long, or has another number of columns. */
  readonly field: string | null;
}

export type EnrolmentItem = EnrolmentRecord | MalformedEnrolment;

/**
 * In batches of at most 1,000.
 *
 * @throws FeedError
 */
export async function* readEnrolments(file: InspectedFile): AsyncGenerator<EnrolmentItem[]> {
  for await (const { firstLine, texts } of feedLines(file)) {
    yield texts.map((text, i): EnrolmentItem => {
      const line = firstLine + i;
      if (text === null) return { line, enrolment: null, field: null };
      const enrolment = parseEnrolmentLine(text);
      return enrolment === null
        ? { line, enrolment, field: firstBadEnrolmentColumn(text) }
        : { line, enrolment };
    });
  }
}
