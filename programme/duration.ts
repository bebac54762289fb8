/**
 * ISO 8601 durations of whole, non-negative parts: `P30D`, `P1M`, `P1DT12H`.
 *
 * Source: contract, section 1.
 */
import type { Duration } from './calendar.ts';

const DURATION = /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** The duration, or null when the text is malformed or a part is beyond 2^32. */
export function parseDuration(text: string): Duration | null {
  const parts = DURATION.exec(text);
  if (parts === null) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const all = [years, months, weeks, days, hours, minutes, seconds] as number[];
  if (all.some((part) => part >= 2 ** 32)) return null;
  return {
    years: all[0]!, months: all[1]!, weeks: all[2]!, days: all[3]!, hours: all[4]!, minutes: all[5]!, seconds: all[6]!,
  };
}

/** The elapsed milliseconds of a duration of hours, minutes and seconds only (a margin), or null for any other. */
export function elapsedMs(duration: Duration): number | null {
  if (duration.years + duration.months + duration.weeks + duration.days > 0) return null;
  return ((duration.hours * 60 + duration.minutes) * 60 + duration.seconds) * 1000;
}
