/**
 * What happens to an enrolled card: mostly nothing more; else one of these lives.
 *
 * Each life says its events, what must become of each (contract, section 2, rule 1) and the days on which the card is
 * then held: a second, independent statement of the enrolment rule, in whole days.
 */
import type { ENROLMENT_QUARANTINE_REASONS } from '../programme/outcome.ts';
import type { Random } from '../runtime/random.ts';

export type EnrolmentOutcome = 'applied' | 'unchanged' | (typeof ENROLMENT_QUARANTINE_REASONS)[number];

export interface PlannedEvent {
  readonly citizen: number;
  readonly event: 'ENROLLED' | 'REMOVED';
  /** The civil day of its `at`. */
  readonly day: number;
  /** The second of that day, where it matters. */
  readonly second?: number;
  readonly outcome: EnrolmentOutcome;
}

/** The days on which payments count, from `fromDay`, before `untilDay`. */
export interface Holding {
  readonly citizen: number;
  readonly fromDay: number;
  readonly untilDay: number;
}

export interface CardLife {
  /** In the order of their arrival. */
  readonly events: readonly PlannedEvent[];
  readonly holdings: readonly Holding[];
}

/** Where a life begins and what it may use. */
export interface LifeSetting {
  readonly owner: number;
  /** Another citizen. */
  readonly other: number;
  readonly enrolDay: number;
  /** A day at least two after `enrolDay`. */
  readonly laterDay: number;
}

const FOREVER = Number.MAX_SAFE_INTEGER;

const enrolled = (citizen: number, day: number, outcome: EnrolmentOutcome = 'applied'): PlannedEvent =>
  ({ citizen, event: 'ENROLLED', day, outcome });
const removed = (citizen: number, day: number, outcome: EnrolmentOutcome = 'applied'): PlannedEvent =>
  ({ citizen, event: 'REMOVED', day, outcome });
const held = (citizen: number, enrolDay: number, removalDay = FOREVER): Holding =>
  ({ citizen, fromDay: enrolDay + 1, untilDay: removalDay === FOREVER ? FOREVER : removalDay + 1 });

export const LIFE_SHARES = {
  removed: 0.03,
  'removed-same-day': 0.007,
  returned: 0.008,
  moved: 0.012,
  unchanged: 0.012,
  'card-taken': 0.01,
  'not-holder': 0.008,
  backdated: 0.006,
} as const;
export type LifeKind = keyof typeof LIFE_SHARES;
export const LIFE_KINDS = Object.keys(LIFE_SHARES) as LifeKind[];

export function plainLife(owner: number, day: number): CardLife {
  return { events: [enrolled(owner, day)], holdings: [held(owner, day)] };
}

export function makeLife(kind: LifeKind, setting: LifeSetting, random: Random): CardLife {
  const { owner, other, enrolDay: day, laterDay: later } = setting;
  const first = enrolled(owner, day);
  switch (kind) {
    case 'removed':
      return { events: [first, removed(owner, later)], holdings: [held(owner, day, later)] };
    case 'removed-same-day': {
      const second = random.between(7 * 3600, 20 * 3600);
      return {
        events: [{ ...first, second }, { ...removed(owner, day), second: second + random.between(60, 3000) }],
        holdings: [],
      };
    }
    case 'returned': {
      const back = later + random.below(2);
      return {
        events: [first, removed(owner, later - 1), enrolled(owner, back)],
        holdings: [held(owner, day, later - 1), held(owner, back)],
      };
    }
    case 'moved':
      // On the day of its removal the card is still the old holder's; the new one's payments count from the next.
      return {
        events: [first, { ...removed(owner, later), second: 36_000 }, { ...enrolled(other, later), second: 36_540 }],
        holdings: [held(owner, day, later), held(other, later)],
      };
    case 'unchanged':
      return { events: [first, enrolled(owner, later, 'unchanged')], holdings: [held(owner, day)] };
    case 'card-taken':
      return { events: [first, enrolled(other, later, 'card-taken')], holdings: [held(owner, day)] };
    case 'not-holder':
      return { events: [first, removed(other, later, 'not-holder')], holdings: [held(owner, day)] };
    case 'backdated':
      // Says it happened days before the enrolment: counts as of the enrolment, so the card was never held.
      return { events: [first, removed(owner, day - 3)], holdings: [] };
  }
}
