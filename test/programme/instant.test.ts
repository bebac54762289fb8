import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { civilDayMs, parseInstant, timeOfDayMs } from '../../programme/instant.ts';
import { breaks, holds } from './property.ts';

const VALID: readonly (readonly [text: string, ms: number])[] = [
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.001Z', 1],
  ['1969-12-31T23:59:59.999Z', -1],
  ['2020-12-08T00:00:00+01:00', 1_607_382_000_000],
  ['2020-12-08T00:00:00+0100', 1_607_382_000_000],
  ['2020-12-07T23:00:00.000Z', 1_607_382_000_000],
  ['2020-12-07T18:30:00-0430', 1_607_382_000_000],
  ['2020-02-29T12:00:00Z', 1_582_977_600_000],
  ['2000-02-29T00:00:00Z', 951_782_400_000],
  ['2020-12-31T23:59:59.999-23:59', 1_609_545_599_999 - 60_000],
  ['2021-01-01T00:00:00+23:59', 1_609_372_800_000 + 60_000],
  ['2021-01-01T00:00:00-00:00', 1_609_459_200_000],
  ['0000-01-01T00:00:00Z', -62_167_219_200_000],
  ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
];

const MALFORMED = [
  '', ' ', '2020-12-08', '2020-12-08T10:00:00', '2020-12-08T10:00Z', '2020-12-08T10Z', '2020-12-08 10:00:00Z',
  '2020-12-08t10:00:00Z', '2020-12-08T10:00:00z', '2020-12-08T24:00:00Z', '2020-12-08T23:60:00Z', '2020-12-08T23:59:60Z',
  '2020-02-30T00:00:00Z', '2021-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2021-04-31T00:00:00Z', '2021-13-01T00:00:00Z',
  '2021-00-01T00:00:00Z', '2021-01-00T00:00:00Z', '2021-01-32T00:00:00Z', '2020-12-08T10:00:00.Z', '2020-12-08T10:00:00.1Z',
  '2020-12-08T10:00:00.12Z', '2020-12-08T10:00:00.1234Z', '2020-12-08T10:00:00,123Z', '2020-12-08T10:00:00+24:00',
  '2020-12-08T10:00:00+01:60', '2020-12-08T10:00:00+01', '2020-12-08T10:00:00+1:00', '2020-12-08T10:00:00+01:00:00',
  '2020-12-08T10:00:00\u221201:00', '2020-12-08T10:00:00 +01:00', '2020-12-08T10:00:00ZZ', ' 2020-12-08T10:00:00Z', '2020-12-08T10:00:00Z ',
  '2020-12-08T10:00:00Z\n', '+002020-12-08T10:00:00Z', '-000001-12-08T10:00:00Z', '20-12-08T10:00:00Z', '20201208T100000Z',
  '2020-343T10:00:00Z', '2020-W50-2T10:00:00Z', '2020-12-08T10:00:00[UTC]', '2020-12-08T10:00:00Z[UTC]', '٢020-12-08T10:00:00Z',
  'NaN', 'null', '1607382000000',
];

const two = (n: number): string => String(n).padStart(2, '0');
const offset = fc.oneof(fc.constant('Z'), fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.constantFrom('', ':'), fc.nat(59))
  .map(([sign, hour, colon, minute]) => `${sign}${two(hour)}${colon}${two(minute)}`));
const text = fc.tuple(
  fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z'), noInvalidDate: true }), fc.boolean(), offset,
).map(([date, fraction, zone]) => `${date.toISOString().slice(0, fraction ? 23 : 19)}${zone}`);

describe('parseInstant', () => {
  it.each(VALID)('%s', (instant, expected) => { expect(parseInstant(instant)).toBe(expected); });

  it.each(MALFORMED.map((instant) => [instant]))('refuses %j', (instant) => { expect(parseInstant(instant)).toBeNull(); });

  const asTemporal = (parse: (text: string) => number | null) => fc.property(text, (instant) => {
    expect(parse(instant)).toBe(Temporal.Instant.from(instant).epochMilliseconds);
  });
  it('reads what is well-formed as Temporal does', () => { holds(asTemporal(parseInstant), 2000); });
  it('control: a reader without the sign of the offset is found out', () => {
    breaks(asTemporal((instant) => parseInstant(instant.replace(/-(?=\d\d:?\d\d$)/, '+'))));
  });

  const oneCharacterOff = (parse: (text: string) => number | null) => fc.property(
    text, fc.nat(30), fc.constantFrom(...'0123456789-+:.TZtz '), (instant, at, character) => {
      const changed = instant.slice(0, at) + character + instant.slice(at + 1);
      const parsed = parse(changed);
      if (parsed !== null) expect(parsed).toBe(Temporal.Instant.from(changed).epochMilliseconds);
    },
  );
  it('reads nothing that Temporal would read otherwise, or not at all', () => { holds(oneCharacterOff(parseInstant), 5000); });
  it('control: Date.parse is found out', () => {
    breaks(oneCharacterOff((instant) => (Number.isNaN(Date.parse(instant)) ? null : Date.parse(instant))), 20_000);
  });
});

describe('civilDayMs', () => {
  it('is the day as Date has it, for every day of four centuries; null for every day that is not', () => {
    const wrong: string[] = [];
    for (let year = 1800; year < 2200; year++) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const date = new Date(Date.UTC(year, month - 1, day));
          const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
          if (civilDayMs(year, month, day) !== (exists ? date.getTime() : null)) wrong.push(`${year}-${month}-${day}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('timeOfDayMs', () => {
  it.each([[0, 0, 0, 0], [23, 59, 59, 86_399_000], [24, 0, 0, null], [0, 60, 0, null], [0, 0, 60, null]])('%i:%i:%i is %s', (hour, minute, second, expected) => {
    expect(timeOfDayMs(hour, minute, second)).toBe(expected);
  });
});
