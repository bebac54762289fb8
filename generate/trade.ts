/**
 * When Italians pay, where, and how much: weights of days and hours, kinds of shop with their amounts.
 *
 * Round figures in the shape of 2020/21's real trade (lunch and evening peaks, Saturdays, the rush before Christmas),
 * not a fit to any data.
 */
import { AliasTable } from './alias.ts';
import type { Day } from './calendar.ts';
import type { Random } from '../runtime/random.ts';

interface Trade {
  readonly name: string;
  readonly mccs: readonly string[];
  readonly weight: number;
  /** Hours of the day that are its best; elsewhere it trades at `quiet` of its weight. */
  readonly peaks: readonly number[];
  readonly quiet: number;
  readonly medianCents: number;
  /** Deviation of the logarithm: 0.5 = narrow, 1.2 = from cents to thousands. */
  readonly sigma: number;
}

const MEALS = [12, 13, 19, 20, 21];
const MORNING = [7, 8, 9, 10, 11];
const SHOPPING = [10, 11, 16, 17, 18, 19];

export const TRADES: readonly Trade[] = [
  { name: 'grocery', mccs: ['5411'], weight: 30, peaks: SHOPPING, quiet: 0.4, medianCents: 2600, sigma: 0.75 },
  { name: 'bar', mccs: ['5814', '5813'], weight: 16, peaks: [...MORNING, 13], quiet: 0.35, medianCents: 420, sigma: 0.55 },
  { name: 'restaurant', mccs: ['5812'], weight: 10, peaks: MEALS, quiet: 0.05, medianCents: 3400, sigma: 0.6 },
  { name: 'fuel', mccs: ['5541', '5542'], weight: 9, peaks: [7, 8, 17, 18], quiet: 0.6, medianCents: 3000, sigma: 0.45 },
  { name: 'pharmacy', mccs: ['5912'], weight: 7, peaks: SHOPPING, quiet: 0.3, medianCents: 1650, sigma: 0.7 },
  { name: 'clothing', mccs: ['5651', '5691', '5661'], weight: 8, peaks: SHOPPING, quiet: 0.1, medianCents: 4500, sigma: 0.75 },
  { name: 'electronics', mccs: ['5732'], weight: 4, peaks: SHOPPING, quiet: 0.1, medianCents: 8900, sigma: 1.15 },
  { name: 'books and toys', mccs: ['5942', '5945'], weight: 5, peaks: SHOPPING, quiet: 0.1, medianCents: 2200, sigma: 0.6 },
  { name: 'doctor', mccs: ['8011', '8021'], weight: 2, peaks: [9, 10, 11, 15, 16, 17], quiet: 0.02, medianCents: 11000, sigma: 0.7 },
  { name: 'hardware', mccs: ['5251'], weight: 3, peaks: MORNING, quiet: 0.2, medianCents: 2400, sigma: 0.9 },
  { name: 'hotel', mccs: ['7011'], weight: 1.5, peaks: [9, 10, 11], quiet: 0.3, medianCents: 13000, sigma: 0.6 },
  { name: 'garage', mccs: ['7538'], weight: 1.5, peaks: [8, 9, 17, 18], quiet: 0.1, medianCents: 19000, sigma: 0.8 },
  { name: 'jeweller', mccs: ['5944'], weight: 1, peaks: SHOPPING, quiet: 0.02, medianCents: 22000, sigma: 1.1 },
];

const HOURS = new AliasTable(
  [0.3, 0.1, 0.05, 0.03, 0.03, 0.1, 0.6, 2, 4, 5, 6.5, 7.5, 8, 6.5, 3.5, 4, 5.5, 7.5, 9, 8, 6.5, 4, 2, 0.9],
);
const TRADES_BY_HOUR = Array.from({ length: 24 }, (_, hour) =>
  new AliasTable(TRADES.map((trade) => trade.weight * (trade.peaks.includes(hour) ? 1 : trade.quiet))));

/** A second of a civil day of 24 hours. */
export function secondOfDay(random: Random): number {
  return HOURS.draw(random) * 3600 + random.below(3600);
}

/** Index into TRADES. */
export function tradeAt(random: Random, hour: number): number {
  return TRADES_BY_HOUR[Math.min(hour, 23)]!.draw(random);
}

const WEEKDAY_WEIGHTS = [0, 0.9, 0.9, 0.95, 1, 1.15, 1.4, 0.75];
const HOLIDAYS = new Set(['2020-12-25', '2020-12-26', '2021-01-01', '2021-01-06', '2021-04-04', '2021-04-05',
  '2021-04-25', '2021-05-01', '2021-06-02']);

/** How much trade a day sees, an ordinary one being 1. */
export function dayWeight(day: Day): number {
  if (HOLIDAYS.has(day.date)) return 0.3;
  const rush = day.date >= '2020-12-12' && day.date <= '2020-12-24' ? 1.6 : day.date <= '2020-12-31' ? 1.15 : 1;
  return WEEKDAY_WEIGHTS[day.weekday]! * rush;
}

/**
 * An amount in cents, 1 to 2,000,000. People meet round prices and prices that end in 9; and one in four is made to
 * end in 5 cents, where a rate of 10 % has to be rounded half down.
 */
export function amountCents(random: Random, trade: number): number {
  const { medianCents, sigma } = TRADES[trade]!;
  const cents = Math.min(2_000_000, Math.max(1, Math.round(random.logNormal(medianCents, sigma))));
  const habit = random.float();
  if (habit < 0.25) return cents - (cents % 10) + 5;
  if (cents < 100) return cents;
  if (habit < 0.45) return cents - (cents % 100);
  if (habit < 0.6) return cents - (cents % 10) + 9;
  if (habit < 0.7) return cents - (cents % 10);
  return cents;
}
