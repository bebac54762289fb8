/**
 * What may follow a payment: reversals of every kind, repeats, contradictions, a delivery that comes too late.
 *
 * A plan says which records go into today's file and which wait for a later one of the same acquirer. Every plan starts
 * from a payment that counts; what must become of the others follows from the rules (contract, section 2, rules 2 to 7).
 */
import type { Calendar } from './calendar.ts';
import { offsetMinutesAt } from './calendar.ts';
import { UTC_MILLIS } from './instants.ts';
import type { PeriodDays } from './programme.ts';
import type { Random } from '../runtime/random.ts';
import type { TransactionRecord } from './record.ts';
import { secondOfDay } from './trade.ts';

export interface Plan {
  readonly now: readonly TransactionRecord[];
  readonly later: readonly Later[];
}
export interface Later {
  readonly record: TransactionRecord;
  /** The acquirer's file of this day's payments carries it. */
  readonly day: number;
}

export interface PlanContext {
  readonly random: Random;
  readonly calendar: Calendar;
  /** The period of the payment. */
  readonly period: PeriodDays;
}

/** How often each follows, of the payments that it can follow. */
export const FOLLOW_UP_SHARES = {
  duplicate: 0.004,
  conflict: 0.001,
  'late-payment': 0.0015,
  'reversal-late': 0.0012,
  'reversal-repeated': 0.0008,
  'reversal-total': 0.01,
  'reversal-partial': 0.006,
  'reversal-partials': 0.002,
  'reversal-excess': 0.0012,
  'reversal-early': 0.0015,
  'reversal-shared': 0.0012,
  'reversal-uncorrelated': 0.012,
  'reversal-uncorrelated-early': 0.0015,
  'reversal-twins': 0.0015,
  'reversal-takeover': 0.004,
} as const;
export type FollowUp = keyof typeof FOLLOW_UP_SHARES;
/** The most lines a plan makes, the payment's own among them. */
export const PLAN_LINES_MAX = 4;

const ANY: readonly FollowUp[] = ['duplicate', 'conflict', 'late-payment', 'reversal-late', 'reversal-repeated'];
const CORRELATED: readonly FollowUp[] = [...ANY, 'reversal-total', 'reversal-partial', 'reversal-partials',
  'reversal-excess', 'reversal-early', 'reversal-shared'];
const UNCORRELATED: readonly FollowUp[] = [...ANY, 'reversal-uncorrelated', 'reversal-uncorrelated-early',
  'reversal-twins'];
const TAKEOVER: readonly FollowUp[] = ['reversal-takeover', ...UNCORRELATED];

/** What can follow this payment. A take-over needs a payment shortly before the period's end. */
export function eligible(payment: TransactionRecord, period: PeriodDays): readonly FollowUp[] {
  if (payment.correlationId !== '') return CORRELATED;
  return payment.day >= period.untilDay - 12 && payment.day < period.untilDay ? TAKEOVER : UNCORRELATED;
}

/** The same record at a random time of another day, or later on its own. */
function onDay(record: TransactionRecord, day: number, { random, calendar }: PlanContext): TransactionRecord {
  const { startMs, lengthMs } = calendar.day(day);
  const lastMs = startMs + lengthMs - 1000;
  const drawnMs = day === record.day
    ? record.atMs + random.between(1, 120) * 60_000
    : startMs + secondOfDay(random) * 1000;
  const atMs = day === record.day ? Math.max(record.atMs, Math.min(lastMs, drawnMs)) : Math.min(lastMs, drawnMs);
  return { ...record, day, atMs, offsetMinutes: offsetMinutesAt(calendar.day(day), atMs) };
}

function reversalOf(payment: TransactionRecord, day: number, amountCents: number, context: PlanContext): TransactionRecord {
  return { ...onDay(payment, day, context), id: payment.acquirer.nextId(), reversal: true, amountCents };
}

/** A day up to about three weeks on; often the same day or the next. */
function someDaysOn(random: Random, day: number): number {
  return day + Math.floor(21 * random.float() ** 3);
}

/** The payment goes out today; these reversals, dated on the day of their file, with it or after it. */
function reversed(payment: TransactionRecord, amountsCents: readonly number[], context: PlanContext): Plan {
  const now = [payment];
  const later: Later[] = [];
  let day = payment.day;
  for (const amountCents of amountsCents) {
    day = someDaysOn(context.random, day);
    const reversal = reversalOf(payment, day, amountCents, context);
    if (day === payment.day) now.push(reversal);
    else later.push({ record: reversal, day });
  }
  return { now, later };
}

function part(random: Random, amountCents: number): number {
  return Math.max(1, Math.floor(amountCents * (0.1 + 0.8 * random.float())));
}

export function plan(kind: FollowUp, payment: TransactionRecord, context: PlanContext): Plan {
  const { random, period } = context;
  const { amountCents, day } = payment;
  const soon = (from = 1, to = 9): number => day + random.between(from, to);
  const pastDeadline = (): number => period.deadlineDay - 1 + random.below(4);
  switch (kind) {
    case 'duplicate': {
      const record = { ...payment, twins: { applied: false } };
      // Half of the repeats write the same instant in another way.
      const again = random.chance(0.5) ? { ...record, instants: UTC_MILLIS } : record;
      return { now: [record], later: [{ record: again, day: soon() }] };
    }
    case 'conflict': {
      const record = { ...payment, twins: { applied: false } };
      return { now: [record], later: [{ record: { ...record, amountCents: amountCents + 100, conflicting: true }, day: soon() }] };
    }
    case 'late-payment':
      return { now: [], later: [{ record: payment, day: pastDeadline() }] };
    case 'reversal-late': {
      const late = pastDeadline();
      return { now: [payment], later: [{ record: reversalOf(payment, late, amountCents, context), day: late }] };
    }
    case 'reversal-repeated': {
      const back = soon();
      const record = { ...reversalOf(payment, back, amountCents, context), twins: { applied: false } };
      return { now: [payment], later: [{ record, day: back }, { record, day: back + random.between(1, 4) }] };
    }
    case 'reversal-total':
    case 'reversal-uncorrelated':
      return reversed(payment, [amountCents], context);
    case 'reversal-partial':
      return reversed(payment, [part(random, amountCents)], context);
    case 'reversal-partials': {
      const third = Math.max(1, Math.floor(amountCents / 3));
      return reversed(payment, Array.from({ length: random.between(2, 3) }, () => part(random, third)), context);
    }
    case 'reversal-excess':
      return reversed(payment, [amountCents + random.between(1, 5000)], context);
    case 'reversal-early':
    case 'reversal-uncorrelated-early': {
      const amount = kind === 'reversal-early' ? part(random, amountCents) : amountCents;
      return { now: [reversalOf(payment, day, amount, context)], later: [{ record: payment, day: soon(2, 12) }] };
    }
    case 'reversal-shared': {
      // Two payments of one order; what is taken back is more than the first.
      const second = { ...onDay(payment, day, context), id: payment.acquirer.nextId() };
      const { now, later } = reversed(payment, [amountCents + part(random, amountCents)], context);
      return { now: [second, ...now], later };
    }
    case 'reversal-twins': {
      // Two payments that differ in their time only: which of them is reversed cannot be told, nor need it be.
      const second = { ...onDay(payment, day, context), id: payment.acquirer.nextId() };
      const { now, later } = reversed(payment, [amountCents], context);
      return { now: [second, ...now], later };
    }
    case 'reversal-takeover': {
      // A payment of the next period arrives after this one has closed, and takes over the reversal: an adjustment.
      const back = period.untilDay + 2;
      const second = { ...onDay(payment, period.untilDay + 1, context), id: payment.acquirer.nextId() };
      return {
        now: [payment],
        later: [{ record: reversalOf(payment, back, amountCents, context), day: back }, { record: second, day: pastDeadline() + 3 }],
      };
    }
  }
}
