/**
 * One citizen's story, payment by payment, and the sums that must come out.
 */
import { cappedCashbackCents } from '../programme/cashback.ts';
import { payCents } from '../programme/totals.ts';
import type { PeriodTotal } from '../programme/totals.ts';
import { earnings } from './citizen-case.ts';
import type { CitizenCase } from './citizen-case.ts';
import { explain } from './explain.ts';
import type { Teller } from './explain.ts';
import type { JudgedData, JudgedEvent } from './judged-data.ts';
import { Dates, euros, percent, tradeOf } from './wording.ts';

/** How a line is to be shown: what counts, what does not, what needs somebody's eyes. */
export type Tone = 'title' | 'earns' | 'counts' | 'drops' | 'quarantine' | 'plain';

export interface StoryLine {
  readonly tone: Tone;
  readonly text: string;
}

/** What the lines add up to, a period each: this must be the citizen's row in totals.csv. */
export interface StorySum {
  readonly period: string;
  readonly transactions: number;
  readonly cashbackCents: number;
}

export interface Story {
  readonly lines: readonly StoryLine[];
  readonly sums: readonly StorySum[];
}

export function tellStory(citizen: CitizenCase, data: JudgedData): Story {
  const dates = new Dates(data.programme.timeZone);
  const teller: Teller = { data, dates, citizen, earnings: earnings(citizen, data.programme) };
  const cards = [...new Set(citizen.events.map(({ enrolment }) => enrolment.hashPan.toString('hex')))];
  const nameOf = (hashPan: Buffer): string => `card ${String.fromCharCode(65 + cards.indexOf(hashPan.toString('hex')))}`;
  const lines: StoryLine[] = [
    { tone: 'title', text: `The story of citizen ${citizen.citizenId}` },
    ...citizen.events.map((event) => eventLine(event, citizen, nameOf(event.enrolment.hashPan), teller)),
    { tone: 'plain', text: '' },
    ...citizen.records.map((record): StoryLine => {
      const { transaction, outcome } = record;
      const reversal = transaction.operationType === 'REVERSAL';
      const earned = teller.earnings.get(record);
      const what = `${nameOf(transaction.hashPan)}  ${(reversal ? 'reversal' : tradeOf(transaction.mcc)).padEnd(14)}`;
      const cents = earned === undefined ? '·' : euros(earned.cents);
      return {
        tone: earned !== undefined && earned.netCents > 0 ? 'earns' : toneOf(outcome),
        text: `  ${dates.moment(transaction.trxDate).padEnd(17)}  ${what}${
          euros(reversal ? -transaction.amount : transaction.amount).padStart(11)}${cents.padStart(9)}   ${explain(record, teller)}`,
      };
    }),
  ];
  const sums = data.programme.periods.flatMap((period) => {
    const ofPeriod = [...teller.earnings.values()].filter((earning) => earning.period.id === period.id);
    if (ofPeriod.length === 0) return [];
    const accruedCents = ofPeriod.reduce((sum, { cents }) => sum + cents, 0);
    const transactions = ofPeriod.filter(({ netCents }) => netCents > 0).length;
    const cashbackCents = cappedCashbackCents(accruedCents, period);
    return [{ period: period.id, transactions, cashbackCents }];
  });
  lines.push({ tone: 'plain', text: '' }, ...citizen.totals.flatMap((total) => totalLines(total, citizen, dates)));
  return { lines, sums };
}

function toneOf(outcome: string): Tone {
  if (outcome === 'applied') return 'counts';
  return ['conflict', 'currency', 'future'].includes(outcome) ? 'quarantine' : 'drops';
}

function eventLine({ enrolment, outcome }: JudgedEvent, citizen: CitizenCase, card: string, { data, dates }: Teller): StoryLine {
  const who = enrolment.citizenId === citizen.citizenId ? '' : ` by ${enrolment.citizenId}`;
  const midnightMs = data.calendar.nextMidnightMs(enrolment.at);
  const effect = {
    applied: enrolment.event === 'ENROLLED' ? `counts from ${dates.day(midnightMs)}` : 'counts to the end of this day',
    unchanged: 'it is already: nothing changes',
    quarantined: enrolment.event === 'ENROLLED' ? 'it is somebody else\'s: refused' : 'it is not theirs: refused',
  }[outcome];
  const what = enrolment.event === 'ENROLLED' ? 'enrolled' : 'removed';
  return {
    tone: outcome === 'quarantined' ? 'quarantine' : 'plain',
    text: `  ${dates.moment(enrolment.at).padEnd(17)}  ${card}  ${what}${who}: ${effect}`,
  };
}

function totalLines(total: PeriodTotal, citizen: CitizenCase, dates: Dates): StoryLine[] {
  const { period, transactions, accruedCents, cashbackCents } = total;
  const capped = accruedCents > cashbackCents ? `${euros(accruedCents)}, of which a period pays ${euros(cashbackCents)} at most` : euros(cashbackCents);
  const paid = payCents(total);
  const enough = transactions >= period.minimumTransactions;
  const payments = `${transactions} payment${transactions === 1 ? '' : 's'}`;
  const lines: StoryLine[] = [
    { tone: 'title', text: `  ${period.id} (${dates.day(period.fromMs)} to ${dates.day(period.untilMs - 1)}, ${percent(period.rateBasisPoints)})` },
    { tone: enough ? 'earns' : 'drops', text: `  ${payments} that count; cashback ${capped}` },
    { tone: 'plain', text: enough ? `  at least ${period.minimumTransactions} were needed: paid ${euros(paid)}` : `  at least ${period.minimumTransactions} were needed: nothing is paid` },
  ];
  const change = payCents(citizen.finalTotals.find((final) => final.period.id === period.id)) - paid;
  if (change !== 0) lines.push({ tone: 'quarantine', text: `  with what came after the deadline: an adjustment of ${euros(change)}` });
  return lines;
}
