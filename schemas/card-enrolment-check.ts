/**
 * What an enrolment event's fields may be: contract sections 3 and 5. What its schema already says is not asked again.
 */
import type { CardEnrolment } from './generated/types.ts';
import { isInstant } from './instant-range.ts';

const CITIZEN_ID = /^[A-Za-z0-9._:-]{1,64}$/;

/** The first field, in the schema's order, that breaks the contract, or null when all is well. */
export function validateCardEnrolment(value: CardEnrolment): keyof CardEnrolment | null {
  if (!CITIZEN_ID.test(value.citizenId)) return 'citizenId';
  if (!isInstant(value.at)) return 'at';
  return null;
}
