/**
 * What a programme is: its periods and their rules, resolved to instants.
 *
 * Source: contract, section 1. All instants are milliseconds since the epoch, all amounts integer cents.
 */

export interface SuperCashback {
  /** How many of the most active citizens get the prize. */
  readonly ranks: number;
  readonly cents: number;
}

export interface Period {
  readonly id: string;
  /** First instant of the period. */
  readonly fromMs: number;
  /** First instant after the period. */
  readonly untilMs: number;
  /** First instant at which a payment of this period comes too late: `until + grace`. */
  readonly deadlineMs: number;
  /** The period's rank by deadline, from 1: `deadlinesPassed >= rank` means the deadline has passed. */
  readonly rank: number;
  readonly rateBasisPoints: number;
  readonly transactionCapCents: number;
  readonly periodCapCents: number;
  readonly minimumTransactions: number;
  readonly superCashback: SuperCashback | null;
  /** Hash of all of the above but `rank`, 16 hex digits: state folded under other rules is not to be touched. */
  readonly rulesHash: string;
}

export interface Programme {
  readonly programme: string;
  readonly timeZone: string;
  /** ISO 4217 numeric code, three digits. */
  readonly currency: string;
  /** In time order; they never overlap. */
  readonly periods: readonly Period[];
  /** The same periods in the order in which they close. */
  readonly byDeadline: readonly Period[];
  /** Hash of the whole programme, 16 hex digits. */
  readonly rulesHash: string;
}

/** The period that contains an instant, or undefined. */
export function periodAt(programme: Programme, instantMs: number): Period | undefined {
  for (const period of programme.periods) {
    if (instantMs < period.fromMs) return undefined;
    if (instantMs < period.untilMs) return period;
  }
  return undefined;
}

/** How many deadlines have passed at an instant; a deadline has passed at its own instant. */
export function deadlinesPassedAt(programme: Programme, instantMs: number): number {
  let passed = 0;
  for (const period of programme.byDeadline) {
    if (instantMs < period.deadlineMs) break;
    passed++;
  }
  return passed;
}
