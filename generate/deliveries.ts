/**
 * The transaction files, one after the other: day by day, acquirer by acquirer.
 *
 * In memory at one time: the citizens, one file's lines (at most `FILE_LINES_MAX`), and the records that wait for a
 * later file (under 3 % of the lines, most of them for some days only). Never all payments.
 */
import { Acquirer, ACQUIRER_PROFILES } from './acquirers.ts';
import type { Arrival } from './acquirers.ts';
import type { Calendar, Day } from './calendar.ts';
import { Expected } from './expected.ts';
import { eligible, FOLLOW_UP_SHARES, plan, PLAN_LINES_MAX } from './follow-ups.ts';
import type { FollowUp, Later } from './follow-ups.ts';
import { breakLine, MALFORMED_KINDS } from './malformed.ts';
import { drawPayment, makeOdd, ODDITIES, ODDITY_SHARES, timesOfDay } from './payments.ts';
import type { Oddity } from './payments.ts';
import { Planter } from './planter.ts';
import type { Population } from './population.ts';
import type { PeriodDays } from './programme.ts';
import { Random } from '../runtime/random.ts';
import { lineOf } from './record.ts';
import type { TransactionRecord } from './record.ts';
import { Schedule } from './schedule.ts';
import type { Window } from './schedule.ts';

/** Bounds what is held in memory (some 12 MB a file); a bigger delivery comes in several files. */
const FILE_LINES_MAX = 50_000;

/** One file's content. */
export interface Delivery {
  readonly acquirer: Acquirer;
  readonly arrival: Arrival;
  /** Byte strings (see record.ts), without line ends. */
  readonly lines: readonly string[];
}

export interface World {
  readonly seed: number;
  readonly payments: number;
  readonly calendar: Calendar;
  readonly window: Window;
  readonly periods: readonly PeriodDays[];
  readonly population: Population;
}

export class Deliveries {
  readonly expected: Expected;
  readonly #world: World;
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #acquirers: readonly Acquirer[];
  readonly #oddities: Planter<Oddity>;
  readonly #followUps: Planter<FollowUp>;
  /** Records that wait, by `day × acquirers + acquirer`. */
  readonly #waiting = new Map<number, TransactionRecord[]>();
  #malformedKind: number;

  constructor(world: World) {
    this.#world = world;
    this.#random = Random.of(world.seed, 'payments');
    this.#schedule = new Schedule(world.payments, world.calendar, world.window, Random.of(world.seed, 'schedule'));
    this.#acquirers = ACQUIRER_PROFILES.map((_, index) => new Acquirer(world.seed, index));
    this.#oddities = new Planter(Random.of(world.seed, 'oddities'), ODDITY_SHARES);
    this.#followUps = new Planter(Random.of(world.seed, 'follow-ups'), FOLLOW_UP_SHARES);
    this.#malformedKind = this.#random.below(MALFORMED_KINDS);
    this.expected = new Expected(world.population, world.periods);
  }

  /** How often each rare kind was planted. */
  get planted(): Readonly<Record<Oddity | FollowUp, number>> {
    return { ...this.#oddities.planted, ...this.#followUps.planted };
  }

  /** All files; their lines are exactly as many as asked for. To be run through once. */
  *files(): Generator<Delivery, void, void> {
    const { window: { firstDay, lastDay }, calendar } = this.#world;
    for (let index = firstDay; index <= lastDay || this.#waiting.size > 0; index++) {
      const day = calendar.day(index);
      for (const acquirer of this.#acquirers) yield* this.#filesOf(acquirer, day);
    }
  }

  *#filesOf(acquirer: Acquirer, day: Day): Generator<Delivery, void, void> {
    const key = this.#key(acquirer, day.index);
    const due = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    const fresh = this.#schedule.linesOf(acquirer.index, day.index);
    const arrival = acquirer.arrival(day);
    let lines: string[] = due.map((record) => this.#take(record, arrival));
    const times = timesOfDay(this.#random, day, fresh);
    for (let i = 0; i < fresh && this.#schedule.budget > 0; i++) {
      this.#addFresh(lines, acquirer, day, arrival, times[i]!);
      if (lines.length + PLAN_LINES_MAX > FILE_LINES_MAX) {
        yield { acquirer, arrival, lines };
        lines = [];
      }
    }
    if (lines.length > 0) yield { acquirer, arrival, lines };
  }

  #key(acquirer: Acquirer, day: number): number {
    return day * this.#acquirers.length + acquirer.index;
  }

  /** Counts the record's fate, and renders it. */
  #take(record: TransactionRecord, arrival: Arrival): string {
    this.expected.take(record, arrival.day);
    return lineOf(record, this.#world.population.hashes);
  }

  #addFresh(lines: string[], acquirer: Acquirer, day: Day, arrival: Arrival, timeMs: number): void {
    const { calendar, population } = this.#world;
    const payment = drawPayment(this.#random, population, acquirer, day, timeMs);
    const oddity = this.#oddities.next(ODDITIES);
    if (oddity === 'malformed') {
      this.#schedule.spend(1);
      this.expected.count('malformed');
      lines.push(breakLine(lineOf(payment, population.hashes), this.#malformedKind++, payment.card));
    } else if (oddity !== undefined) {
      this.#schedule.spend(1);
      const odd = makeOdd(oddity, payment, this.#random, population, calendar.day(arrival.day));
      lines.push(this.#take(odd, arrival));
    } else this.#addPayment(lines, payment, arrival);
  }

  /** A payment, and with it whatever is to follow it, if it counts. */
  #addPayment(lines: string[], payment: TransactionRecord, arrival: Arrival): void {
    const { periods, calendar } = this.#world;
    const period = periods.find(({ fromDay, untilDay }) => payment.day >= fromDay && payment.day < untilDay);
    const counts = period !== undefined && this.expected.judge(payment, arrival.day) === 'applied';
    const room = this.#schedule.budget >= PLAN_LINES_MAX;
    const kind = counts && room ? this.#followUps.next(eligible(payment, period)) : undefined;
    if (kind === undefined) {
      this.#schedule.spend(1);
      lines.push(this.#take(payment, arrival));
      return;
    }
    const { now, later } = plan(kind, payment, { random: this.#random, calendar, period: period! });
    this.#schedule.spend(now.length + later.length);
    for (const record of now) lines.push(this.#take(record, arrival));
    for (const item of later) this.#wait(item);
  }

  #wait({ record, day }: Later): void {
    const key = this.#key(record.acquirer, day);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [record]);
    else waiting.push(record);
  }
}
