/**
 * One line of an enrolment file to a CardEnrolment.
 *
 * Source: contract, section 3.
 */
import { parseInstant } from '../programme/instant.ts';
import type { CardEnrolment } from '../schemas/generated/types.ts';
import { type Column, LineForm } from './line-form.ts';
import { HASH_PAN, INSTANT_LENGTH } from './transaction-line.ts';

export const ENROLMENT_COLUMNS: readonly Column[] = [
  { name: 'hashPan', pattern: HASH_PAN, kept: true },
  { name: 'citizenId', pattern: '[A-Za-z0-9._:\\-]{1,64}', kept: true },
  { name: 'event', pattern: '(?:ENROLLED|REMOVED)', kept: true },
  { name: 'at', pattern: `[^,]${INSTANT_LENGTH}`, kept: true, holds: (text) => parseInstant(text) !== null },
];

/** The first line of every enrolment file. */
export const ENROLMENT_HEADER = ENROLMENT_COLUMNS.map(({ name }) => name).join(',');

const FORM = new LineForm(',', ENROLMENT_COLUMNS);

/** The event, or null when the line is malformed. */
export function parseEnrolmentLine(text: string): CardEnrolment | null {
  const parts = FORM.match(text);
  if (parts === null) return null;
  const at = parseInstant(parts[4]!);
  if (at === null) return null;
  return {
    hashPan: Buffer.from(parts[1]!, 'hex'),
    citizenId: parts[2]!,
    event: parts[3] === 'ENROLLED' ? 'ENROLLED' : 'REMOVED',
    at,
  };
}

/** Of a malformed line: the first bad column, or null when their number is wrong. */
export function firstBadEnrolmentColumn(text: string): string | null {
  return FORM.firstBadColumn(text);
}
