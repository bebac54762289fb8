/**
 * What a transaction file's name says: when it arrived, and its place among others.
 *
 * Source: contract, section 3: `CSTAR.<acquirer>.TRNLOG.<yyyyMMdd>.<HHmmss>.<nnn>.csv`, or that and `.gz`, with a date
 * and time that exist, arrived at that local time; a file of any other name says nothing.
 */
import type { Calendar } from '../programme/calendar.ts';
import { wallTime } from '../programme/wall-time.ts';

const STANDARD_NAME =
  /^CSTAR\.[A-Za-z0-9]{5}\.TRNLOG\.(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.\d{3}\.csv(?:\.gz)?$/;

/** ms since the epoch; null when each record arrives at its own trxDate. The name is without folder. */
export function arrivalOfName(name: string, calendar: Calendar): number | null {
  const parts = STANDARD_NAME.exec(name);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  const wall = wallTime(year!, month!, day!, hour, minute, second);
  return wall === null ? null : calendar.instantOfWallTime(wall);
}

/** By UTF-8 bytes: JavaScript's own order is that of UTF-16 and differs beyond U+FFFF. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
