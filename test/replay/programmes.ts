/**
 * Small programmes with sharp edges: days on which clocks change, gaps, deadlines in another order than their periods
 * and equal ones, graces of nothing, caps of 0.
 */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { after, localOf } from '../oracle/calendar.ts';
import type { PeriodFile, ProgrammeFile } from '../oracle/world.ts';

/** A time zone and the day on which a world begins: clocks change some days later. */
const STAGES = [
  { timeZone: 'Europe/Rome', day: '2021-03-25' },
  { timeZone: 'Europe/Rome', day: '2020-10-21' },
  { timeZone: 'Europe/Rome', day: '2020-12-28' },
  // The day begins at 01:00; it ends twice.
  { timeZone: 'America/Sao_Paulo', day: '2018-10-31' },
  { timeZone: 'America/Sao_Paulo', day: '2018-02-14' },
  // A whole day is missing.
  { timeZone: 'Pacific/Apia', day: '2011-12-27' },
  { timeZone: 'UTC', day: '2024-02-26' },
] as const;

const GRACES = ['PT0S', 'PT1S', 'PT1H', 'P1D', 'PT24H', 'P2D', 'P1DT12H', 'P1W', 'P1W', 'P1M', 'P1M', 'P1Y'];
/** Hours of the day at which a period may begin or end; at 00:00 it is given as a date. */
const TIMES = ['', '', '', 'T00:30', 'T02:30', 'T12:00:00', 'T23:59:59.999'];

export interface Scene {
  readonly programme: ProgrammeFile;
  /** The edges of everything, ascending: midnights, beginnings, ends and deadlines, ms since the epoch. */
  readonly edges: readonly number[];
  /** Some moments inside of the periods. */
  readonly inside: readonly number[];
  readonly deadlines: readonly number[];
}

interface Lot {
  readonly id: string;
  readonly gapDays: number;
  readonly days: number;
  readonly fromTime: string;
  readonly untilTime: string;
  readonly grace: string;
  readonly rules: Omit<PeriodFile, 'id' | 'from' | 'until' | 'grace' | 'superCashback'>;
  readonly superCashback: { readonly ranks: number; readonly cents: number } | null;
}

const lot: fc.Arbitrary<Lot> = fc.record({
  id: fc.constantFrom('p', 'P', '1', 'p.1', 'p-1', 'z:9', 'a_b'),
  gapDays: fc.constantFrom(0, 0, 1, 2),
  days: fc.constantFrom(1, 2, 3),
  fromTime: fc.constantFrom(...TIMES),
  untilTime: fc.constantFrom(...TIMES),
  grace: fc.constantFrom(...GRACES),
  rules: fc.record({
    rateBasisPoints: fc.constantFrom(1000, 1000, 1000, 5000, 333, 10_000, 1, 0),
    transactionCapCents: fc.constantFrom(1500, 1500, 1500, 150, 7, 0),
    periodCapCents: fc.constantFrom(15_000, 15_000, 15_000, 200, 40, 0),
    minimumTransactions: fc.constantFrom(1, 1, 1, 0, 2, 3),
  }),
  superCashback: fc.option(fc.record({ ranks: fc.constantFrom(1, 1, 2, 3, 0), cents: fc.constantFrom(150_000, 1, 0) }), { freq: 4 }),
});

export const scene: fc.Arbitrary<Scene> = fc
  .record({
    stage: fc.constantFrom(...STAGES),
    lots: fc.uniqueArray(lot, { minLength: 1, maxLength: 3, size: 'max', selector: ({ id }) => id }),
    /** Sometimes all periods end their grace together. */
    together: fc.constantFrom(false, false, false, true),
    reversed: fc.boolean(),
  })
  .map(({ stage: { timeZone, day }, lots, together, reversed }) => {
    const periods = consecutive(day, lots, timeZone);
    const given = together ? withOneDeadline(periods, timeZone) : periods;
    const programme = { programme: 'prova', timeZone, currency: '978', periods: reversed ? given.toReversed() : given };
    return { programme, ...momentsOf(day, programme) };
  });

function consecutive(day: string, lots: readonly Lot[], timeZone: string): PeriodFile[] {
  const periods: PeriodFile[] = [];
  const firstDay = (day: string, later: number, time: string, isGood: (ms: number) => boolean): string => {
    const text = plusDays(day, later) + time;
    return isGood(localOf(text, timeZone)) ? text : firstDay(day, later + 1, time, isGood);
  };
  let next = day;
  let lastMs = -Infinity;
  for (const { id, gapDays, days, fromTime, untilTime, grace, rules, superCashback } of lots) {
    // A time of day may lie before the end of the period before, and a day may be missing.
    const from = firstDay(next, gapDays, fromTime, (ms) => ms >= lastMs);
    const fromMs = localOf(from, timeZone);
    const until = firstDay(from.slice(0, 10), days, untilTime, (ms) => ms > fromMs);
    next = until.slice(0, 10);
    lastMs = localOf(until, timeZone);
    periods.push({ id, from, until, grace, ...rules, ...(superCashback === null ? {} : { superCashback }) });
  }
  return periods;
}

/** Every grace so long that all deadlines are one. */
function withOneDeadline(periods: readonly PeriodFile[], timeZone: string): PeriodFile[] {
  const lastMs = localOf(periods.at(-1)!.until, timeZone) + 3_600_000;
  return periods.map((period) => ({ ...period, grace: `PT${Math.ceil((lastMs - localOf(period.until, timeZone)) / 1000)}S` }));
}

function momentsOf(day: string, { timeZone, periods }: ProgrammeFile): Omit<Scene, 'programme'> {
  const midnights = Array.from({ length: 12 }, (_, i) => localOf(plusDays(day, i - 2), timeZone));
  const spans = periods.map(({ from, until, grace }) => {
    const untilMs = localOf(until, timeZone);
    return { fromMs: localOf(from, timeZone), untilMs, deadlineMs: after(untilMs, grace, timeZone) };
  });
  const deadlines = spans.map(({ deadlineMs }) => deadlineMs);
  return {
    edges: [...midnights, ...spans.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]), ...deadlines].toSorted((a, b) => a - b),
    inside: spans.flatMap(({ fromMs, untilMs }) => [0, 0.1, 0.5, 0.9].map((part) => fromMs + 1000 * Math.floor((part * (untilMs - fromMs)) / 1000))),
    deadlines,
  };
}

function plusDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}
