/**
 * Civil days of one time zone, numbered from 0: what the generator thinks in.
 *
 * Enrolments count from a day on, periods begin with a day, acquirers deliver by the day; so what the rules will say of
 * a planted record is known from day numbers alone, without the rules' own code.
 */
import { Temporal } from 'temporal-polyfill';

const MINUTE_MS = 60_000;

export interface Day {
  readonly index: number;
  /** `yyyy-MM-dd`. */
  readonly date: string;
  /** The first instant of the day. */
  readonly startMs: number;
  /** 23, 24 or 25 hours. */
  readonly lengthMs: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** UTC offset from `startMs` on … */
  readonly offsetMinutes: number;
  /** … until this instant (the day's end, but for days on which clocks change) … */
  readonly changeMs: number;
  /** … and from it on. */
  readonly offsetAfterMinutes: number;
}

export class Calendar {
  readonly #timeZone: string;
  readonly #first: Temporal.PlainDate;
  readonly #days: Day[] = [];

  /** @param firstDate `yyyy-MM-dd` of day 0 */
  constructor(timeZone: string, firstDate: string) {
    this.#timeZone = timeZone;
    this.#first = Temporal.PlainDate.from(firstDate);
  }

  /** The number of a date, below 0 before day 0. */
  indexOf(date: string): number {
    return this.#first.until(Temporal.PlainDate.from(date), { largestUnit: 'days' }).days;
  }

  /** The day of a number from 0. */
  day(index: number): Day {
    // Days are asked for one after the other: an array without holes.
    while (this.#days.length <= index) this.#days.push(this.#make(this.#days.length));
    return this.#days[index]!;
  }

  #make(index: number): Day {
    const date = this.#first.add({ days: index });
    const start = date.toZonedDateTime(this.#timeZone);
    const end = date.add({ days: 1 }).toZonedDateTime(this.#timeZone);
    const change = start.getTimeZoneTransition('next');
    const changeMs = Math.min(change?.epochMilliseconds ?? end.epochMilliseconds, end.epochMilliseconds);
    return {
      index,
      date: date.toString(),
      startMs: start.epochMilliseconds,
      lengthMs: end.epochMilliseconds - start.epochMilliseconds,
      weekday: date.dayOfWeek,
      offsetMinutes: start.offsetNanoseconds / 1e6 / MINUTE_MS,
      changeMs,
      offsetAfterMinutes: end.offsetNanoseconds / 1e6 / MINUTE_MS,
    };
  }
}

/** The UTC offset in force at an instant of that day, in minutes. */
export function offsetMinutesAt(day: Day, instantMs: number): number {
  return instantMs < day.changeMs ? day.offsetMinutes : day.offsetAfterMinutes;
}
