/**
 * How many lines each acquirer's file of each day gets, so that all together are exactly as many as asked for.
 *
 * A budget is shared out by weight as days go by. What waits for a later file is taken from the budget when it is
 * planned, so the rest shrinks by as much, and whatever is left goes into the last file of the window.
 */
import { ACQUIRER_PROFILES } from './acquirers.ts';
import type { Calendar } from './calendar.ts';
import type { Random } from '../runtime/random.ts';
import { dayWeight } from './trade.ts';

export interface Window {
  readonly firstDay: number;
  readonly lastDay: number;
}

export class Schedule {
  /** Lines not yet planned. */
  #budget: number;
  /** Weight of the files still to come, the current one included. */
  #weight = 0;
  readonly #random: Random;
  readonly #calendar: Calendar;
  readonly #window: Window;

  constructor(lines: number, calendar: Calendar, window: Window, random: Random) {
    this.#budget = lines;
    this.#random = random;
    this.#calendar = calendar;
    this.#window = window;
    for (let day = window.firstDay; day <= window.lastDay; day++) {
      for (const { share } of ACQUIRER_PROFILES) this.#weight += share * dayWeight(calendar.day(day));
    }
  }

  get budget(): number {
    return this.#budget;
  }

  spend(lines: number): void {
    if (lines > this.#budget) throw new Error('more lines were planned than asked for');
    this.#budget -= lines;
  }

  /** How many new lines go into the file; to be asked once a day and acquirer, in order. */
  linesOf(acquirer: number, day: number): number {
    const { firstDay, lastDay } = this.#window;
    if (day < firstDay || day > lastDay) return 0;
    if (day === lastDay && acquirer === ACQUIRER_PROFILES.length - 1) return this.#budget;
    const weight = ACQUIRER_PROFILES[acquirer]!.share * dayWeight(this.#calendar.day(day));
    const exact = this.#budget * Math.min(1, weight / this.#weight);
    this.#weight -= weight;
    // Rounded by chance: small data sets would have no line at all before the last file.
    return Math.min(this.#budget, Math.floor(exact + this.#random.float()));
  }
}

/** The share of the trade between two days. */
export function shareOfTrade(calendar: Calendar, window: Window, fromDay: number, untilDay: number): number {
  let all = 0;
  let within = 0;
  for (let day = window.firstDay; day <= window.lastDay; day++) {
    const weight = dayWeight(calendar.day(day));
    all += weight;
    if (day >= fromDay && day < untilDay) within += weight;
  }
  return within / all;
}
