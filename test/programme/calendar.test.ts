import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { Calendar } from '../../programme/calendar.ts';
import { periodAt, type Programme } from '../../programme/programme.ts';
import { ms, programmeOf } from './examples.ts';
import { breaks, holds } from './property.ts';

const ROME = new Calendar('Europe/Rome');
/** Shifts at 02:00, at midnight (missing and, in Havana, twice), none, half hours, and a day that Apia never had. */
const ZONES = ['Europe/Rome', 'America/Sao_Paulo', 'America/Havana', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC', 'Pacific/Kiritimati'];
const calendars = new Map(ZONES.map((zone) => [zone, new Calendar(zone)]));

const instant = fc.oneof(
  fc.integer({ min: ms('2005-01-01T00:00:00Z'), max: ms('2035-01-01T00:00:00Z') }),
  // Around the shifts of Rome in 2021, and Apia's lost 30 December 2011.
  ...['2021-03-28T01:00:00Z', '2021-10-31T01:00:00Z', '2011-12-30T10:00:00Z'].map((shift) =>
    fc.integer({ min: -100_000_000, max: 100_000_000 }).map((distanceMs) => ms(shift) + distanceMs)),
);

describe('nextMidnightMs', () => {
  type Next = (calendar: Calendar, instantMs: number) => number;
  const asTemporal = (next: Next) => fc.property(instant, fc.constantFrom(...ZONES), (instantMs, zone) => {
    const day = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone).toPlainDate();
    expect(next(calendars.get(zone)!, instantMs)).toBe(day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);
  });
  it('is the start of the day after, as Temporal has it', () => {
    holds(asTemporal((calendar, instantMs) => calendar.nextMidnightMs(instantMs)), 2000);
  });
  it('control: a day later by the clock is not the next midnight', () => {
    breaks(asTemporal((calendar, instantMs) => calendar.midnightBeforeMs(instantMs) + 86_400_000));
  });

  it.each([
    ['just before midnight', '2020-12-08T23:59:59.999+01:00', '2020-12-09T00:00:00+01:00'],
    ['at midnight: a day that has begun', '2020-12-09T00:00:00+01:00', '2020-12-10T00:00:00+01:00'],
    ['into the day of 23 hours', '2021-03-27T12:00:00+01:00', '2021-03-28T00:00:00+01:00'],
    ['out of it', '2021-03-28T12:00:00+02:00', '2021-03-29T00:00:00+02:00'],
    ['out of the day of 25 hours, before the shift', '2021-10-31T02:30:00+02:00', '2021-11-01T00:00:00+01:00'],
    ['and after it', '2021-10-31T02:30:00+01:00', '2021-11-01T00:00:00+01:00'],
  ])('%s', (_, at, expected) => { expect(ROME.nextMidnightMs(ms(at))).toBe(ms(expected)); });
});

describe('midnightBeforeMs', () => {
  const encloses = (before: (calendar: Calendar, instantMs: number) => number) =>
    fc.property(instant, fc.constantFrom(...ZONES), (instantMs, zone) => {
      const calendar = calendars.get(zone)!;
      const startMs = before(calendar, instantMs);
      expect(startMs).toBeLessThanOrEqual(instantMs);
      expect(calendar.nextMidnightMs(instantMs)).toBe(calendar.nextMidnightMs(startMs));
      expect(calendar.midnightBeforeMs(startMs - 1)).toBeLessThan(startMs);
    });
  it('is the start of the same day', () => { holds(encloses((calendar, instantMs) => calendar.midnightBeforeMs(instantMs)), 2000); });
  it('control: midnight of UTC is found out', () => { breaks(encloses((_, instantMs) => instantMs - (instantMs % 86_400_000))); });
});

describe('instantOfWallTime', () => {
  const at = (day: number, month: number, hour: number, minute = 0): number => ROME.instantOfWallTime({ year: 2021, month, day, hour, minute });

  it('takes the first of a wall time that occurs twice', () => {
    expect(at(31, 10, 2)).toBe(ms('2021-10-31T02:00:00+02:00'));
    expect(at(31, 10, 2, 59)).toBe(ms('2021-10-31T02:59:00+02:00'));
    expect(at(31, 10, 3)).toBe(ms('2021-10-31T03:00:00+01:00'));
  });

  it('moves one that does not exist forward by the gap', () => {
    expect(at(28, 3, 2)).toBe(ms('2021-03-28T03:00:00+02:00'));
    expect(at(28, 3, 2, 30)).toBe(ms('2021-03-28T03:30:00+02:00'));
    expect(new Calendar('America/Sao_Paulo').instantOfWallTime({ year: 2018, month: 11, day: 4 })).toBe(ms('2018-11-04T01:00:00-02:00'));
  });

  it('refuses days and times that do not exist', () => {
    expect(() => at(31, 4, 0)).toThrow(RangeError);
    expect(() => at(1, 4, 24)).toThrow(RangeError);
  });

  it('refuses a zone that does not exist', () => { expect(() => new Calendar('Europe/Atlantis')).toThrow(RangeError); });
});

describe('consecutive periods', () => {
  const days = ['2021-03-27', '2021-03-28', '2021-03-28T02:30', '2021-03-28T12:00', '2021-03-29', '2021-10-31', '2021-10-31T02:30', '2021-11-01'];
  const programme = programmeOf(...days.slice(1).map((until, i) => ({ id: `p${i}`, from: days[i]!, until })));
  const instants = fc.integer({ min: ms('2021-03-26T23:00:00Z'), max: ms('2021-10-31T22:59:59.999Z') });
  const nearShifts = fc.oneof(instants, ...['2021-03-28T01:00:00Z', '2021-10-31T00:30:00Z', '2021-10-31T01:00:00Z']
    .map((shift) => fc.integer({ min: -7_200_000, max: 7_200_000 }).map((distanceMs) => ms(shift) + distanceMs)));

  const oneEach = ({ periods }: Programme) => fc.property(nearShifts, (instantMs) => {
    expect(periods.filter((period) => period.fromMs <= instantMs && instantMs < period.untilMs)).toHaveLength(1);
  });
  it('leave no gap and share no instant, across both shifts', () => { holds(oneEach(programme), 2000); });
  it('control: a gap of a minute is found', () => {
    breaks(oneEach({ ...programme, periods: programme.periods.map((period) => ({ ...period, fromMs: period.fromMs + 60_000 })) }), 50_000);
  });

  it('periodAt finds the one that contains the instant', () => {
    holds(fc.property(fc.oneof(nearShifts, instant), (instantMs) => {
      expect(periodAt(programme, instantMs)).toBe(programme.periods.find((period) => period.fromMs <= instantMs && instantMs < period.untilMs));
    }));
  });
});
