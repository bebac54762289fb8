/** Who held a card, when: every event in turn. Contract, rule 1. */
import type { Rules } from './rules.ts';
import type { Bad, Enrolment } from './world.ts';

export interface Holding {
  readonly citizenId: string;
  readonly fromMs: number;
  /** +∞ while it lasts. */
  untilMs: number;
}

export interface Cards {
  /** Of a card, in the order of time; never an empty one. */
  readonly holdings: ReadonlyMap<string, readonly Holding[]>;
  readonly bad: readonly Bad[];
  readonly applied: number;
  readonly unchanged: number;
}

interface Card {
  readonly holdings: Holding[];
  active: string | null;
  lastMs: number;
}

export function applyEnrolments(events: readonly Enrolment[], timeZone: string, rules: Rules): Cards {
  const cards = new Map<string, Card>();
  const bad: Bad[] = [];
  let applied = 0;
  let unchanged = 0;
  for (const event of events) {
    const card = cards.get(event.card) ?? { holdings: [], active: null, lastMs: -Infinity };
    cards.set(event.card, card);
    const isEnrolment = event.event === 'ENROLLED';
    if (isEnrolment && rules.isCardTaken(card.active, event)) {
      bad.push({ ...event, reason: 'card-taken', field: '' });
    } else if (!isEnrolment && card.active !== event.citizenId) {
      bad.push({ ...event, reason: 'not-holder', field: '' });
    } else if (isEnrolment && card.active === event.citizenId) {
      unchanged += 1;
    } else {
      applied += 1;
      card.lastMs = rules.eventTime(event, card.lastMs);
      if (isEnrolment) {
        card.active = event.citizenId;
        card.holdings.push({ citizenId: event.citizenId, fromMs: rules.heldFrom(card.lastMs, timeZone), untilMs: Infinity });
      } else {
        card.active = null;
        card.holdings.at(-1)!.untilMs = rules.heldUntil(card.lastMs, timeZone);
      }
    }
  }
  const holdings = [...cards].map(([id, card]): [string, Holding[]] =>
    [id, card.holdings.filter(({ fromMs, untilMs }) => fromMs < untilMs)]);
  return { holdings: new Map(holdings), bad, applied, unchanged };
}
