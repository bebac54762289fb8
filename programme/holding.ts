/**
 * Who held a card, and when: the fold of the card's enrolment events.
 *
 * Source: contract, section 2 rule 1. A card counts from 00:00 of the day after its enrolment, through the end of the
 * day of its removal, so every event takes effect at a midnight, and a history is a list of switches at midnights:
 * from there on the card is this citizen's, or nobody's. Of several events that take effect at one midnight the last
 * stays: a card removed on the day of its enrolment was never held.
 */
import type { CardEnrolment } from '../schemas/generated/types.ts';
import type { Calendar } from './calendar.ts';
import { FUTURE_TOLERANCE_MS } from './outcome.ts';

export interface Switch {
  /** The midnight from which it holds, milliseconds since the epoch. */
  readonly fromMs: number;
  /** Whose card it is from then on; null = nobody's. */
  readonly citizenId: string | null;
}

/** Switches in strictly ascending order of time; empty = never enrolled. */
export type CardHistory = readonly Switch[];

export const NEVER_ENROLLED: CardHistory = [];

export type EnrolmentVerdict =
  | { readonly outcome: 'applied'; readonly history: CardHistory }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'quarantined'; readonly reason: 'future' | 'card-taken' | 'not-holder' };

/** Applies one event of a card; `arrivalMs` is the record's Kafka timestamp. */
export function applyEnrolment(
  history: CardHistory, event: CardEnrolment, arrivalMs: number, calendar: Calendar,
): EnrolmentVerdict {
  if (event.at > arrivalMs + FUTURE_TOLERANCE_MS) return { outcome: 'quarantined', reason: 'future' };
  const holder = activeHolder(history);
  if (event.event === 'ENROLLED') {
    if (holder === event.citizenId) return { outcome: 'unchanged' };
    if (holder !== null) return { outcome: 'quarantined', reason: 'card-taken' };
  } else if (holder !== event.citizenId) {
    return { outcome: 'quarantined', reason: 'not-holder' };
  }
  const citizenId = event.event === 'ENROLLED' ? event.citizenId : null;
  const effectMs = calendar.nextMidnightMs(Math.max(event.at, arrivalMs));
  return { outcome: 'applied', history: withSwitch(history, effectMs, citizenId) };
}

/** For whom the card is enrolled and not yet removed by the events so far, whatever the day. */
export function activeHolder(history: CardHistory): string | null {
  return history.at(-1)?.citizenId ?? null;
}

/** Whose card it was at an instant. */
export function holderAt(history: CardHistory, instantMs: number): string | null {
  let holder: string | null = null;
  for (const { fromMs, citizenId } of history) {
    if (fromMs > instantMs) break;
    holder = citizenId;
  }
  return holder;
}

/** Every citizen who has held the card at or before an instant, each once, the latest holder first. */
export function holdersUntil(history: CardHistory, instantMs: number): string[] {
  const holders: string[] = [];
  for (let i = history.length - 1; i >= 0; i--) {
    const { fromMs, citizenId } = history[i]!;
    if (fromMs <= instantMs && citizenId !== null && !holders.includes(citizenId)) holders.push(citizenId);
  }
  return holders;
}

function withSwitch(history: CardHistory, effectMs: number, citizenId: string | null): CardHistory {
  const last = history.at(-1);
  // Nothing is backdated: an event that is earlier than the card's last applied one counts as that time.
  if (last === undefined || effectMs > last.fromMs) return [...history, { fromMs: effectMs, citizenId }];
  return [...history.slice(0, -1), { fromMs: last.fromMs, citizenId }];
}
