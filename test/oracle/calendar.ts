/** Instants, wall times and durations, all by Temporal. Contract, opening and section 1. */
import { Temporal } from 'temporal-polyfill';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/;

/** Milliseconds since the epoch; null when it is no instant as the contract writes them. */
export function instantOf(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  if (!isDate(Number(match[1]), Number(match[2]), Number(match[3]))) return null;
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** The moment of a date or local date-time; the first of two, and past a gap. */
export function localOf(text: string, timeZone: string): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The moment after so much time: years to days on the wall, hours to seconds on the clock. */
export function after(ms: number, duration: string, timeZone: string): number {
  return zoned(ms, timeZone).add(Temporal.Duration.from(duration), { overflow: 'constrain' }).epochMilliseconds;
}

/** 00:00 of the day on which the moment lies, so many days on. */
export function midnight(ms: number, daysOn: number, timeZone: string): number {
  return localOf(`${zoned(ms, timeZone).toPlainDate().add({ days: daysOn }).toString()}T00:00`, timeZone);
}

export function isDate(year: number, month: number, day: number): boolean {
  try {
    Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

function zoned(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}
