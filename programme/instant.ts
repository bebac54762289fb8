/**
 * Instants as text: `yyyy-MM-ddTHH:mm:ss`, then nothing or `.` and three digits, then `Z`, `±hh:mm` or `±hhmm`.
 *
 * Source: contract, preamble. Day 30 February, 24:00, second 60, lower case and a missing offset are malformed.
 * `Date.parse` accepts all of these, hence our own.
 */

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:?\d\d)$/;
const TIME_END = 'yyyy-MM-ddTHH:mm:ss'.length;
const FRACTION_LENGTH = '.SSS'.length;

const DAY_MS = 86_400_000;

/**
 * Milliseconds since the epoch, or null when the text is malformed. The form is the expression's matter; what it holds
 * is read by place: eleven groups, each a string, take twice as long.
 */
export function parseInstant(text: string): number | null {
  if (!INSTANT.test(text)) return null;
  const dayMs = civilDayMs(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  const timeMs = timeOfDayMs(digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2));
  const hasFraction = text[TIME_END] === '.';
  const offsetMs = offsetMsAt(text, hasFraction ? TIME_END + FRACTION_LENGTH : TIME_END);
  if (dayMs === null || timeMs === null || offsetMs === null) return null;
  return dayMs + timeMs + (hasFraction ? digits(text, TIME_END + 1, 3) : 0) - offsetMs;
}

/** Of `Z`, `±hh:mm` or `±hhmm` at the end of the text; null when no offset is so great. */
function offsetMsAt(text: string, at: number): number | null {
  if (text[at] === 'Z') return 0;
  const magnitudeMs = timeOfDayMs(digits(text, at + 1, 2), digits(text, text.length - 2, 2), 0);
  return magnitudeMs === null || text[at] === '+' ? magnitudeMs : -magnitudeMs;
}

/** The number that so many ASCII digits make. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
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
