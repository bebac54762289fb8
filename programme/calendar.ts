/**
 * The civil calendar of the programme's time zone: wall times to instants, midnights, grace periods.
 *
 * Source: contract, preamble and section 1: of a wall time that occurs twice the first is meant; one that does not
 * exist moves forward by the gap. Temporal calls exactly this disambiguation `compatible`.
 */
import { Temporal } from 'temporal-polyfill';

export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly millisecond?: number;
}

export interface Duration {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const DAY_MS = 86_400_000;
/** Midnights kept; a programme touches some hundred days, a hostile file could name every one. */
const MIDNIGHTS_MAX = 100_000;

export class Calendar {
  readonly timeZone: string;
  /** By civil day, counted from 1970-01-01: asking the zone database takes 20 µs, millions of records ask. */
  readonly #midnights = new Map<number, number>();

  /** @throws RangeError when the time zone is unknown */
  constructor(timeZone: string) {
    // Temporal also takes an offset, or a whole date-time, for the zone in it.
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError('not the name of a time zone');
    this.timeZone = timeZone;
    this.instantOfWallTime({ year: 2020, month: 1, day: 1 });
  }

  /** @throws RangeError when there is no such day or time */
  instantOfWallTime(wall: WallTime): number {
    return Temporal.PlainDateTime.from({ ...wall }, { overflow: 'reject' })
      .toZonedDateTime(this.timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
  }

  /** The start of the day after the one that contains the instant: when a card event takes effect. */
  nextMidnightMs(instantMs: number): number {
    // Zones lie within a day of UTC, so the civil day is the UTC day, the one before, or the one after.
    let day = Math.floor(instantMs / DAY_MS) - 1;
    while (this.#midnightMs(day) <= instantMs) day++;
    return this.#midnightMs(day);
  }

  /** The start of the civil day that contains the instant. */
  midnightBeforeMs(instantMs: number): number {
    let day = Math.floor(instantMs / DAY_MS) + 2;
    while (this.#midnightMs(day) > instantMs) day--;
    return this.#midnightMs(day);
  }

  /** Years to days move the wall time (a missing day becomes the month's last), hours to seconds are elapsed time. */
  addDuration(instantMs: number, duration: Duration): number {
    return Temporal.Instant.fromEpochMilliseconds(instantMs)
      .toZonedDateTimeISO(this.timeZone)
      .add({ ...duration }, { overflow: 'constrain' }).epochMilliseconds;
  }

  #midnightMs(day: number): number {
    const known = this.#midnights.get(day);
    if (known !== undefined) return known;
    const midnightMs = Temporal.Instant.fromEpochMilliseconds(day * DAY_MS)
      .toZonedDateTimeISO('UTC').toPlainDate()
      .toPlainDateTime()
      .toZonedDateTime(this.timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
    if (this.#midnights.size >= MIDNIGHTS_MAX) this.#midnights.clear();
    this.#midnights.set(day, midnightMs);
    return midnightMs;
  }
}
