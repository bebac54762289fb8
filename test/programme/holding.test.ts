/**
 * Who held a card, and when (contract, section 2 rule 1), against an oracle that knows neither midnights nor switches:
 * it lives through the civil days one by one. Whose a card is on a day, the events of the days before decide.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calendar } from '../../programme/calendar.ts';
import { NEVER_ENROLLED, activeHolder, applyEnrolment, holderAt, holdersUntil, type CardHistory } from '../../programme/holding.ts';
import type { CardEnrolment } from '../../schemas/generated/types.ts';
import { ms } from './examples.ts';
import { breaks, holds } from './property.ts';

const ROME = new Calendar('Europe/Rome');
const CARD = Buffer.alloc(32, 7);

interface Event { readonly event: CardEnrolment['event']; readonly citizenId: string; readonly atMs: number; readonly arrivalMs: number }

/** The civil day in Rome, around the shift of March 2021. */
function dayOf(instantMs: number): string {
  const offset = instantMs < ms('2021-03-28T01:00:00Z') ? 3_600_000 : 7_200_000;
  return new Date(instantMs + offset).toISOString().slice(0, 10);
}

/** The rule as the contract says it, a sentence a line. */
function oracle(events: readonly Event[]): { outcomes: string[]; holderOn: (day: string) => string | null; holdersThrough: (day: string) => string[] } {
  const outcomes: string[] = [];
  const applied: { day: string; citizenId: string | null }[] = [];
  let active: string | null = null;
  let cardTimeMs = -Infinity;
  for (const { event, citizenId, atMs, arrivalMs } of events) {
    if (atMs > arrivalMs + 600_000) outcomes.push('future');
    else if (event === 'ENROLLED' && active !== null && active !== citizenId) outcomes.push('card-taken');
    else if (event === 'REMOVED' && active !== citizenId) outcomes.push('not-holder');
    else if (event === 'ENROLLED' && active === citizenId) outcomes.push('unchanged');
    else {
      outcomes.push('applied');
      active = event === 'ENROLLED' ? citizenId : null;
      cardTimeMs = Math.max(atMs, arrivalMs, cardTimeMs);
      applied.push({ day: dayOf(cardTimeMs), citizenId: active });
    }
  }
  const holderOn = (day: string): string | null => applied.filter((one) => one.day < day).at(-1)?.citizenId ?? null;
  const holdersThrough = (day: string): string[] => {
    const holders = DAYS.filter((other) => other <= day).toReversed().map(holderOn);
    return [...new Set(holders.filter((citizenId) => citizenId !== null))];
  };
  return { outcomes, holderOn, holdersThrough };
}

/** Days around the shift of March 2021; few, so that events of one day are common. */
const DAYS = ['2021-03-25', '2021-03-26', '2021-03-27', '2021-03-28', '2021-03-29', '2021-03-30', '2021-03-31', '2021-04-01'];
const midnight = fc.constantFrom(...DAYS.slice(1)).map((day) => ms(`${day}T00:00:00+0${day > '2021-03-28' ? 2 : 1}:00`));
const instant = fc.oneof(
  fc.integer({ min: ms(`${DAYS[0]!}T00:00:00+01:00`), max: ms(`${DAYS[6]!}T23:59:59+02:00`) }),
  fc.tuple(midnight, fc.integer({ min: -600_000, max: 600_000 })).map(([midnightMs, distanceMs]) => midnightMs + distanceMs),
);
const event: fc.Arbitrary<Event> = fc.record({
  event: fc.constantFrom('ENROLLED', 'REMOVED'), citizenId: fc.constantFrom('A', 'B'), arrivalMs: instant,
  lagMs: fc.oneof(fc.constantFrom(600_000, 600_001, 0, -1), fc.integer({ min: -200_000_000, max: 700_000 })),
}).map(({ lagMs, ...rest }) => ({ ...rest, atMs: rest.arrivalMs + lagMs }));

type Apply = typeof applyEnrolment;

function foldAll(events: readonly Event[], apply: Apply): { outcomes: string[]; history: CardHistory } {
  const outcomes: string[] = [];
  let history = NEVER_ENROLLED;
  for (const { event, citizenId, atMs, arrivalMs } of events) {
    const verdict = apply(history, { hashPan: CARD, citizenId, event, at: atMs }, arrivalMs, ROME);
    if (verdict.outcome === 'applied') history = verdict.history;
    outcomes.push(verdict.outcome === 'quarantined' ? verdict.reason : verdict.outcome);
  }
  return { outcomes, history };
}

describe('the history of a card', () => {
  const asDaysGo = (apply: Apply) => fc.property(fc.array(event, { maxLength: 12 }), fc.array(instant, { minLength: 1, maxLength: 8 }), (events, instants) => {
    const expected = oracle(events);
    const { outcomes, history } = foldAll(events, apply);
    expect(outcomes).toEqual(expected.outcomes);
    for (const instantMs of instants) {
      expect(holderAt(history, instantMs)).toBe(expected.holderOn(dayOf(instantMs)));
      expect(holdersUntil(history, instantMs)).toEqual(expected.holdersThrough(dayOf(instantMs)));
    }
  });
  it('is as the days go by', () => { holds(asDaysGo(applyEnrolment), 1000); });
  it('control: an event that takes effect at once is found out', () => {
    const atOnce = { nextMidnightMs: (instantMs: number) => instantMs } as Calendar;
    breaks(asDaysGo((history, one, arrivalMs) => applyEnrolment(history, one, arrivalMs, atOnce)));
  });
  it('control: an event backdated to its own `at` is found out', () => {
    breaks(asDaysGo((history, one, arrivalMs, calendar) =>
      applyEnrolment(history, one, one.at > arrivalMs + 600_000 ? arrivalMs : Math.min(arrivalMs, one.at), calendar)));
  });

  it('is strictly ascending: no interval is empty', () => {
    holds(fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const { history } = foldAll(events, applyEnrolment);
      history.slice(1).forEach((next, i) => { expect(next.fromMs).toBeGreaterThan(history[i]!.fromMs); });
    }));
  });

  it('never changes for days gone by: an event changes nothing before the midnight after it arrived', () => {
    holds(fc.property(fc.array(event, { maxLength: 12 }), event, instant, (events, last, instantMs) => {
      fc.pre(dayOf(instantMs) <= dayOf(last.arrivalMs));
      const before = foldAll(events, applyEnrolment).history;
      const after = foldAll([...events, last], applyEnrolment).history;
      expect(holderAt(after, instantMs)).toBe(holderAt(before, instantMs));
    }));
  });
});

/** Events on whole hours: `event citizen at [arrival]`. */
function historyOf(...lines: readonly string[]): CardHistory {
  const events = lines.map((line): Event => {
    const [what, citizenId, at, arrival = at] = line.split(' ');
    return { event: what === '+' ? 'ENROLLED' : 'REMOVED', citizenId: citizenId!, atMs: ms(`${at!}:00:00+01:00`), arrivalMs: ms(`${arrival!}:00:00+01:00`) };
  });
  const { outcomes, history } = foldAll(events, applyEnrolment);
  expect(outcomes.filter((outcome) => outcome !== 'applied')).toEqual([]);
  return history;
}
const holder = (history: CardHistory, at: string): string | null => holderAt(history, ms(`${at}+01:00`));

describe('examples', () => {
  it('a card counts from 00:00 of the next day through the end of the day of its removal', () => {
    const history = historyOf('+ A 2020-12-01T10', '- A 2020-12-05T10');
    expect(holder(history, '2020-12-01T23:59:59.999')).toBeNull();
    expect(holder(history, '2020-12-02T00:00:00.000')).toBe('A');
    expect(holder(history, '2020-12-05T23:59:59.999')).toBe('A');
    expect(holder(history, '2020-12-06T00:00:00.000')).toBeNull();
  });

  it('removed on the day of its enrolment it was never held', () => {
    const history = historyOf('+ A 2020-12-01T10', '- A 2020-12-01T11');
    expect(holder(history, '2020-12-02T12:00:00')).toBeNull();
    expect(holdersUntil(history, ms('2020-12-31T00:00:00Z'))).toEqual([]);
  });

  it('enrolled by another on the day of its removal it passes at midnight', () => {
    const history = historyOf('+ A 2020-12-01T10', '- A 2020-12-05T10', '+ B 2020-12-05T11');
    expect(holder(history, '2020-12-05T23:59:59.999')).toBe('A');
    expect(holder(history, '2020-12-06T00:00:00.000')).toBe('B');
  });

  it('nothing is backdated: the arrival counts when it is later, and so does the card\'s last event', () => {
    expect(holder(historyOf('+ A 2020-12-01T10 2020-12-04T10'), '2020-12-04T23:00:00')).toBeNull();
    const history = historyOf('+ A 2020-12-01T10', '- A 2020-12-10T10', '+ B 2020-12-02T10 2020-12-03T10');
    expect(holder(history, '2020-12-10T23:59:59.999')).toBe('A');
    expect(holder(history, '2020-12-11T00:00:00.000')).toBe('B');
  });

  it('an event dated a few minutes ahead, across midnight, counts from its own day on', () => {
    const [atMs, arrivalMs] = [ms('2020-12-02T00:05:00+01:00'), ms('2020-12-01T23:58:00+01:00')];
    const { history } = foldAll([{ event: 'ENROLLED', citizenId: 'A', atMs, arrivalMs }], applyEnrolment);
    expect(holder(history, '2020-12-02T23:59:59.999')).toBeNull();
    expect(holder(history, '2020-12-03T00:00:00.000')).toBe('A');
  });

  it('all who have held it come latest first, each once', () => {
    const history = historyOf('+ A 2020-12-01T10', '- A 2020-12-02T10', '+ B 2020-12-03T10', '- B 2020-12-04T10', '+ A 2020-12-05T10');
    expect(holdersUntil(history, ms('2020-12-03T10:00:00Z'))).toEqual(['A']);
    expect(holdersUntil(history, ms('2020-12-04T10:00:00Z'))).toEqual(['B', 'A']);
    expect(holdersUntil(history, ms('2020-12-06T10:00:00Z'))).toEqual(['A', 'B']);
    expect(activeHolder(history)).toBe('A');
  });

  const enrolled = historyOf('+ A 2020-12-01T10');
  const at = ms('2020-12-05T10:00:00Z');
  it.each([
    ['future before card-taken', 'ENROLLED', 'B', at + 600_001, 'future'],
    ['future before not-holder', 'REMOVED', 'B', at + 600_001, 'future'],
    ['future before unchanged', 'ENROLLED', 'A', at + 600_001, 'future'],
    ['ten minutes are no future', 'ENROLLED', 'B', at + 600_000, 'card-taken'],
    ['not-holder', 'REMOVED', 'B', at, 'not-holder'],
  ] as const)('%s', (_, event, citizenId, eventMs, reason) => {
    expect(applyEnrolment(enrolled, { hashPan: CARD, citizenId, event, at: eventMs }, at, ROME)).toEqual({ outcome: 'quarantined', reason });
  });

  it('enrolling again is unchanged, also on the day when the card does not count yet', () => {
    const again = { hashPan: CARD, citizenId: 'A', event: 'ENROLLED', at: ms('2020-12-01T11:00:00+01:00') } as const;
    expect(applyEnrolment(enrolled, again, again.at, ROME)).toEqual({ outcome: 'unchanged' });
  });

  it('removing a card twice, or one never enrolled, is not the holder\'s', () => {
    const removal = { hashPan: CARD, citizenId: 'A', event: 'REMOVED', at } as const;
    const twice = historyOf('+ A 2020-12-01T10', '- A 2020-12-02T10');
    for (const history of [twice, NEVER_ENROLLED]) {
      expect(applyEnrolment(history, removal, at, ROME)).toEqual({ outcome: 'quarantined', reason: 'not-holder' });
    }
  });

  it('what is refused or unchanged does not move the card\'s time', () => {
    const at = (text: string): { atMs: number; arrivalMs: number } => ({ atMs: ms(text), arrivalMs: ms(text) });
    const { outcomes, history } = foldAll([
      { event: 'ENROLLED', citizenId: 'A', ...at('2020-12-01T10:00:00Z') },
      { event: 'ENROLLED', citizenId: 'B', ...at('2020-12-20T10:00:00Z') },
      { event: 'ENROLLED', citizenId: 'A', ...at('2020-12-21T10:00:00Z') },
      { event: 'REMOVED', citizenId: 'A', ...at('2020-12-03T10:00:00Z') },
    ], applyEnrolment);
    expect(outcomes).toEqual(['applied', 'card-taken', 'unchanged', 'applied']);
    expect(holder(history, '2020-12-03T23:59:59.999')).toBe('A');
    expect(holder(history, '2020-12-04T00:00:00.000')).toBeNull();
  });
});
