import { describe, expect, it } from 'vitest';
import { Calendar, type Duration } from '../../programme/calendar.ts';
import { elapsedMs, parseDuration } from '../../programme/duration.ts';
import { ms } from './examples.ts';

const ZERO: Duration = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };

const VALID: readonly (readonly [string, Partial<Duration>])[] = [
  ['P30D', { days: 30 }], ['P0D', {}], ['PT0S', {}], ['P1Y', { years: 1 }], ['P1M', { months: 1 }], ['PT1M', { minutes: 1 }],
  ['P2W', { weeks: 2 }], ['P1M1D', { months: 1, days: 1 }], ['PT1H', { hours: 1 }], ['PT30S', { seconds: 30 }], ['P007D', { days: 7 }],
  ['P1Y2M3W4DT5H6M7S', { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7 }], ['P1DT12H', { days: 1, hours: 12 }],
  ['PT100H', { hours: 100 }],
];

const MALFORMED = [
  '', 'P', 'PT', 'P1DT', 'T1H', '30D', 'P30', 'P30d', 'p30D', 'P-1D', '-P1D', '+P1D', 'P1.5D', 'P1,5D', 'PT0.5S', 'P1H', 'PT1D', 'P1D1M', 'P1D1Y',
  'P1DT1M1H', 'P1D ', ' P1D', 'P 1D', 'P1D\n', 'P1D1D', 'P4294967296D', 'P٣D', 'P1e3D',
];

describe('parseDuration', () => {
  it.each(VALID)('%s', (text, parts) => { expect(parseDuration(text)).toEqual({ ...ZERO, ...parts }); });
  it.each(MALFORMED.map((text) => [text]))('refuses %j', (text) => { expect(parseDuration(text)).toBeNull(); });
});

describe('elapsedMs', () => {
  it('is of hours, minutes and seconds', () => {
    expect(elapsedMs(parseDuration('PT1H1M1S')!)).toBe(3_661_000);
    expect(elapsedMs(parseDuration('PT0S')!)).toBe(0);
  });
  it('is not of days and longer: how long they are, a calendar says', () => {
    for (const text of ['P1D', 'P1W', 'P1M', 'P1Y', 'P1DT1H']) expect(elapsedMs(parseDuration(text)!)).toBeNull();
  });
});

/** until, grace, deadline: worked out by hand. */
const DEADLINES: readonly (readonly [what: string, until: string, grace: string, deadline: string])[] = [
  ['the first period of the contract', '2021-01-01T00:00:00+01:00', 'P30D', '2021-01-31T00:00:00+01:00'],
  ['the second', '2021-07-01T00:00:00+02:00', 'P30D', '2021-07-31T00:00:00+02:00'],
  ['nothing', '2021-01-01T00:00:00+01:00', 'P0D', '2021-01-01T00:00:00+01:00'],
  ['days over the shift in spring keep the wall time', '2021-03-01T00:00:00+01:00', 'P30D', '2021-03-31T00:00:00+02:00'],
  ['and in autumn', '2021-10-02T00:00:00+02:00', 'P30D', '2021-11-01T00:00:00+01:00'],
  ['hours are elapsed time, in spring', '2021-03-28T00:00:00+01:00', 'PT24H', '2021-03-29T01:00:00+02:00'],
  ['and in autumn', '2021-10-31T00:00:00+02:00', 'PT24H', '2021-10-31T23:00:00+01:00'],
  ['days first, then hours', '2021-03-27T00:00:00+01:00', 'P1DT3H', '2021-03-28T04:00:00+02:00'],
  ['a missing day becomes the last of its month', '2021-01-31T00:00:00+01:00', 'P1M', '2021-02-28T00:00:00+01:00'],
  ['of a leap year too', '2020-01-31T00:00:00+01:00', 'P1M', '2020-02-29T00:00:00+01:00'],
  ['29 February after a year', '2020-02-29T00:00:00+01:00', 'P1Y', '2021-02-28T00:00:00+01:00'],
  ['years and months before days', '2021-01-31T00:00:00+01:00', 'P1M1D', '2021-03-01T00:00:00+01:00'],
  ['years and months together, not one after the other', '2020-02-29T00:00:00+01:00', 'P3Y12M', '2024-02-29T00:00:00+01:00'],
  ['weeks', '2021-01-01T00:00:00+01:00', 'P1W', '2021-01-08T00:00:00+01:00'],
  ['into a wall time that does not exist: forward by the gap', '2021-03-27T02:30:00+01:00', 'P1D', '2021-03-28T03:30:00+02:00'],
  ['into one that occurs twice: the first', '2021-10-30T02:30:00+02:00', 'P1D', '2021-10-31T02:30:00+02:00'],
];

describe('the deadline', () => {
  it.each(DEADLINES)('%s: %s + %s', (_, until, grace, deadline) => {
    expect(new Calendar('Europe/Rome').addDuration(ms(until), parseDuration(grace)!)).toBe(ms(deadline));
  });
  it('control: were days elapsed time, the shift would show', () => {
    expect(ms('2021-03-01T00:00:00+01:00') + 30 * 86_400_000).not.toBe(ms('2021-03-31T00:00:00+02:00'));
  });
  it('beyond the calendar is a RangeError', () => {
    expect(() => new Calendar('Europe/Rome').addDuration(0, parseDuration('P4294967295Y')!)).toThrow(RangeError);
  });
});
