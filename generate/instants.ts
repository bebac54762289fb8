/**
 * Instants as text, in the forms that the contract allows (its first section) and acquirers mix.
 */

const DAY_MS = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

export interface InstantStyle {
  /** Three digits of milliseconds; without them the instant must be a whole second. */
  readonly millis: boolean;
  /** `+01:00`, `+0100` or `Z`. */
  readonly offset: 'colon' | 'plain' | 'utc';
}

export const UTC_MILLIS: InstantStyle = { millis: true, offset: 'utc' };

/** Dates by day number since 1970; a data set spans some hundreds. */
const dates = new Map<number, string>();

function dateOf(dayNumber: number): string {
  let date = dates.get(dayNumber);
  if (date === undefined) {
    date = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
    dates.set(dayNumber, date);
  }
  return date;
}

function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${TWO_DIGITS[Math.floor(size / 60)]!}${separator}${TWO_DIGITS[size % 60]!}`;
}

/** @param offsetMinutes the local offset; not used by the style `utc` */
export function formatInstant(instantMs: number, offsetMinutes: number, style: InstantStyle): string {
  const localMs = style.offset === 'utc' ? instantMs : instantMs + offsetMinutes * 60_000;
  const dayNumber = Math.floor(localMs / DAY_MS);
  let rest = localMs - dayNumber * DAY_MS;
  const millis = rest % 1000;
  rest = (rest - millis) / 1000;
  const seconds = rest % 60;
  rest = (rest - seconds) / 60;
  const minutes = rest % 60;
  const time = `${TWO_DIGITS[(rest - minutes) / 60]!}:${TWO_DIGITS[minutes]!}:${TWO_DIGITS[seconds]!}`;
  const fraction = style.millis ? `.${String(millis).padStart(3, '0')}` : '';
  const offset = style.offset === 'utc' ? 'Z' : offsetText(offsetMinutes, style.offset === 'colon' ? ':' : '');
  return `${dateOf(dayNumber)}T${time}${fraction}${offset}`;
}
