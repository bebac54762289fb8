/**
 * Dates and local date-times as the programme file has them: `yyyy-MM-dd` or `yyyy-MM-ddTHH:mm[:ss[.SSS]]`.
 *
 * Source: contract, section 1. A date means 00:00 of that day.
 */
import type { WallTime } from './calendar.ts';
import { civilDayMs, timeOfDayMs } from './instant.ts';

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?)?$/;

/** The wall time, or null when the text is malformed or no calendar shows it. */
export function parseLocalMoment(text: string): WallTime | null {
  const parts = LOCAL.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second, millisecond] = parts.slice(1).map((part) => Number(part ?? 0));
  return wallTime(year!, month!, day!, hour, minute, second, millisecond);
}

/** The wall time, or null when there is no such day or time of day. */
export function wallTime(
  year: number, month: number, day: number, hour = 0, minute = 0, second = 0, millisecond = 0,
): WallTime | null {
  const exists = civilDayMs(year, month, day) !== null && timeOfDayMs(hour, minute, second) !== null;
  return exists ? { year, month, day, hour, minute, second, millisecond } : null;
}
