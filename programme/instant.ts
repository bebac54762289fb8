/**
 * Instants as text: `yyyy-MM-ddTHH:mm:ss`, then nothing or `.` and three digits, then `Z`, `±hh:mm` or `±hhmm`.
 *
 * Source: contract, preamble. Day 30 February, 24:00, second 60, lower case and a missing offset are malformed.
 * `Date.parse` accepts all of these, hence our own.
 */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?:Z|([+-])(\d\d):?(\d\d))$/;

const DAY_MS = 86_400_000;

/** Milliseconds since the epoch, or null when the text is malformed. */
export function parseInstant(text: string): number | null {
  const parts = INSTANT.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = parts;
  const dayMs = civilDayMs(Number(year), Number(month), Number(day));
  if (dayMs === null) return null;
  const timeMs = timeOfDayMs(Number(hour), Number(minute), Number(second));
  if (timeMs === null) return null;
  let offsetMs = 0;
  if (sign !== undefined) {
    const magnitudeMs = timeOfDayMs(Number(offsetHour), Number(offsetMinute), 0);
    if (magnitudeMs === null) return null;
    offsetMs = sign === '-' ? -magnitudeMs : magnitudeMs;
  }
  return dayMs + timeMs + Number(fraction ?? 0) - offsetMs;
}

/** 00:00 UTC of a day of the proleptic Gregorian calendar (ISO 8601), or null when there is no such day. */
export function civilDayMs(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  // Years counted from March, so that the leap day comes last; 719468 days lie between 0000-03-01 and 1970-01-01.
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS;
}

/** Milliseconds since 00:00, or null when no clock shows this. */
export function timeOfDayMs(hour: number, minute: number, second: number): number | null {
  return hour > 23 || minute > 59 || second > 59 ? null : ((hour * 60 + minute) * 60 + second) * 1000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
