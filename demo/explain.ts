/**
 * Why a record counts, or does not: the verdict of the rules, in a sentence.
 *
 * Nothing is decided here. The verdicts and amounts are `programme/`'s; this puts into words what led to them.
 */
import { holderAt, NEVER_ENROLLED } from '../programme/holding.ts';
import { periodAt } from '../programme/programme.ts';
import { takenBy } from './citizen-case.ts';
import type { CitizenCase, Earning } from './citizen-case.ts';
import type { JudgedData, JudgedRecord } from './judged-data.ts';
import { euros, percent } from './wording.ts';
import type { Dates } from './wording.ts';

export interface Teller {
  readonly data: JudgedData;
  readonly dates: Dates;
  readonly citizen: CitizenCase;
  readonly earnings: ReadonlyMap<JudgedRecord, Earning>;
}

export function explain(record: JudgedRecord, teller: Teller): string {
  const { transaction, arrivalMs, outcome } = record;
  const { dates, data: { programme } } = teller;
  switch (outcome) {
    case 'applied':
      return transaction.operationType === 'REVERSAL' ? explainReversal(record, teller) : explainEarning(record, teller);
    case 'duplicate':
      return `the same record again, in the file of ${dates.moment(arrivalMs)}: it counts once`;
    case 'conflict':
      return 'the same payment reported again with another content: the first stands, this one is put aside';
    case 'online':
      return 'bought online: only what is paid in a shop counts';
    case 'not-enrolled':
      return explainNotEnrolled(record, teller);
    case 'outside-period': {
      const next = programme.periods.find(({ fromMs }) => fromMs > transaction.trxDate);
      return next === undefined ? 'the programme is over' : `before the programme: it starts on ${dates.day(next.fromMs)}`;
    }
    case 'late': {
      const period = periodAt(programme, transaction.trxDate)!;
      return `reported on ${dates.day(arrivalMs)}, past the deadline of ${dates.moment(period.deadlineMs)}`;
    }
    case 'currency':
      return 'not in the programme\'s currency: put aside';
    case 'future':
      return `dated after it arrived (${dates.moment(arrivalMs)}): put aside`;
    default:
      return `put aside: ${outcome}`;
  }
}

function explainEarning(record: JudgedRecord, { earnings }: Teller): string {
  const { period, netCents, cents, uncappedCents } = earnings.get(record)!;
  const { amount } = record.transaction;
  const rate = percent(period.rateBasisPoints);
  if (netCents === 0) return amount === 0 ? 'nothing was paid: it does not count' : 'all of it was given back: it does not count';
  const base = netCents < amount ? `${rate} of the ${euros(netCents)} that were kept` : rate;
  if (uncappedCents > cents) {
    return `${base} would be ${euros(uncappedCents)}; one payment earns ${euros(period.transactionCapCents)} at most`;
  }
  const half = (netCents * period.rateBasisPoints) % 10_000 === 5000;
  return half ? `${base}, and the half cent is rounded down` : base;
}

function explainReversal(record: JudgedRecord, { citizen, data, dates }: Teller): string {
  const taken = takenBy(record, citizen);
  if (taken.length === 0) return 'gives back a payment that is not here: it waits';
  const what = taken.map(([payment, cents]) => {
    const all = cents === payment.transaction.amount ? 'all' : euros(cents);
    return `${all} of the payment of ${dates.moment(payment.transaction.trxDate)}`;
  }).join(' and ');
  const late = taken.some(([payment]) => record.arrivalMs >= periodAt(data.programme, payment.transaction.trxDate)!.deadlineMs);
  return `gives back ${what}${late ? '; past the deadline, so the payout stands and an adjustment follows' : ''}`;
}

function explainNotEnrolled({ transaction: { hashPan, trxDate } }: JudgedRecord, { data, dates }: Teller): string {
  const history = data.histories.get(hashPan.toString('hex')) ?? NEVER_ENROLLED;
  const next = history.find(({ fromMs, citizenId }) => fromMs > trxDate && citizenId !== null);
  if (next === undefined) return 'the card is not enrolled any more';
  const enrolledToday = holderAt(history, data.calendar.nextMidnightMs(trxDate)) !== null;
  return `${enrolledToday ? 'enrolled on this very day' : 'not enrolled yet'}: the card counts from ${dates.day(next.fromMs)}`;
}
