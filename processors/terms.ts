/**
 * What payments were judged under, kept in the log beside what became of them: each receipt names it.
 *
 * A store notes the rules of what it has folded, but it may be empty, and what qualify dropped it never saw. So a process
 * with another programme file is refused by what the receipts say, before it judges, marks or pays anything.
 */
import { FUTURE_TOLERANCE_MS } from '../programme/outcome.ts';
import type { Programme } from '../programme/programme.ts';
import { ProcessingError } from './processor.ts';

/** By key of the programme file its value; by `period ID` the hash of the period's rules. */
export type Terms = Readonly<Record<string, string>>;

/** Of the programme and of each period that may have payments by then. The others may still change. */
export function termsOf({ programme, timeZone, currency, periods }: Programme, newestArrivalMs: number): Terms {
  const begun = periods.filter(({ fromMs }) => fromMs <= newestArrivalMs + FUTURE_TOLERANCE_MS);
  return { programme, timeZone, currency, ...Object.fromEntries(begun.map(({ id, rulesHash }) => [keyOf(id), rulesHash])) };
}

/** @throws ProcessingError other-rules, naming the key */
export function checkTerms(terms: Terms, programme: Programme): void {
  const now = termsOf(programme, Infinity);
  for (const [key, value] of Object.entries(terms)) {
    if (now[key] !== value) {
      throw new ProcessingError('other-rules', `card transactions were judged under another programme file: ${key} ${now[key] === undefined ? 'is gone' : 'differs'}`);
    }
  }
}

function keyOf(periodId: string): string {
  return `period ${periodId}`;
}
