/**
 * Judging a transaction: whose it is and in which period, or why it does not count. First match wins.
 *
 * Source: contract, section 2 rule 2. Online purchases are dropped here.
 */
import { holderAt, holdersUntil, type CardHistory } from './holding.ts';
import { FUTURE_TOLERANCE_MS, type DropReason } from './outcome.ts';
import { periodAt, type Period, type Programme } from './programme.ts';

/** What judging needs to know of a well-formed transaction. */
export interface Facts {
  readonly reversal: boolean;
  /** Paid online (`posType` 01), not in a shop. */
  readonly virtual: boolean;
  readonly hasCorrelationId: boolean;
  /** Whether it is in the programme's currency. */
  readonly ownCurrency: boolean;
  /** Milliseconds since the epoch. */
  readonly trxDate: number;
}

export type Verdict =
  | { readonly kind: 'quarantined'; readonly reason: 'currency' | 'future' }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'payment'; readonly citizenId: string; readonly period: Period }
  /** For every citizen who has held the card; the first, its latest holder, is the one it is counted with. */
  | { readonly kind: 'reversal'; readonly citizenIds: readonly string[] };

const CURRENCY: Verdict = { kind: 'quarantined', reason: 'currency' };
const FUTURE: Verdict = { kind: 'quarantined', reason: 'future' };
const ONLINE: Verdict = { kind: 'dropped', reason: 'online' };
const NOT_ENROLLED: Verdict = { kind: 'dropped', reason: 'not-enrolled' };
const OUTSIDE_PERIOD: Verdict = { kind: 'dropped', reason: 'outside-period' };
const LATE: Verdict = { kind: 'dropped', reason: 'late' };

/** `arrivalMs` is the record's Kafka timestamp, `history` the card's whole history. */
export function judge(programme: Programme, facts: Facts, arrivalMs: number, history: CardHistory): Verdict {
  return judgeUnheld(facts, arrivalMs)
    ?? (facts.reversal ? judgeReversal(facts, history) : judgePayment(programme, facts, arrivalMs, history));
}

/** The verdict, where it is the same whoever has held the card; null where that has to be known. */
export function judgeUnheld(facts: Facts, arrivalMs: number): Verdict | null {
  if (!facts.ownCurrency) return CURRENCY;
  if (facts.trxDate > arrivalMs + FUTURE_TOLERANCE_MS) return FUTURE;
  // Of what was paid online, only a reversal that names its payment may be about one in a shop.
  return facts.virtual && !(facts.reversal && facts.hasCorrelationId) ? ONLINE : null;
}

function judgePayment(programme: Programme, facts: Facts, arrivalMs: number, history: CardHistory): Verdict {
  const citizenId = holderAt(history, facts.trxDate);
  if (citizenId === null) return NOT_ENROLLED;
  const period = periodAt(programme, facts.trxDate);
  if (period === undefined) return OUTSIDE_PERIOD;
  if (arrivalMs >= period.deadlineMs) return LATE;
  return { kind: 'payment', citizenId, period };
}

/** Whatever its own date, a reversal corrects the period of its payment; where it finds none, it waits. */
function judgeReversal(facts: Facts, history: CardHistory): Verdict {
  const citizenIds = holdersUntil(history, facts.trxDate);
  return citizenIds.length === 0 ? NOT_ENROLLED : { kind: 'reversal', citizenIds };
}
