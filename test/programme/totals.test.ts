/**
 * A citizen's totals (contract, section 2 rules 5 and 6) against a naive computation: matching cent by cent, rounding
 * in whole numbers, sums in one loop.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppliedRecord } from '../../programme/matching.ts';
import type { Period, Programme } from '../../programme/programme.ts';
import { onTimeTotals, payCents, totals, type PeriodTotal } from '../../programme/totals.ts';
import { ms, programmeOf } from './examples.ts';
import { breaks, holds } from './property.ts';
import { naiveMatch, record, records } from './records.ts';

/** Small caps and a rate of 50 %, so that rounding and both caps show at 40 cents. `first` closes after `second`. */
const SMALL = { rateBasisPoints: 5000, transactionCapCents: 15, periodCapCents: 40, minimumTransactions: 2 };
const PROGRAMME = programmeOf(
  { id: 'first', from: '2021-01-01', until: '2021-02-01', grace: 'P1Y', ...SMALL },
  { id: 'second', from: '2021-02-01', until: '2021-03-01', grace: 'P10D', ...SMALL },
);
const [FIRST, SECOND] = PROGRAMME.periods as [Period, Period];
const JANUARY = ms('2021-01-10T12:00:00Z');
const FEBRUARY = ms('2021-02-10T12:00:00Z');
const SOME = records([FIRST.fromMs, JANUARY, JANUARY + 1, FIRST.untilMs - 1, SECOND.fromMs, FEBRUARY, SECOND.untilMs - 1, SECOND.untilMs]);

type Row = readonly [period: string, transactions: number, cashbackCents: number, lastCountedMs: number];
type Totals = (records: readonly AppliedRecord[], programme: Programme) => readonly PeriodTotal[];
const rows = (all: readonly PeriodTotal[]): Row[] => all.map(({ period, transactions, cashbackCents, lastCountedMs }) => [period.id, transactions, cashbackCents, lastCountedMs]);

function naiveRows(all: readonly AppliedRecord[]): Row[] {
  const left = naiveMatch(all);
  return PROGRAMME.periods.flatMap((period): Row[] => {
    let [payments, transactions, cents, last] = [0, 0, 0, -Infinity];
    for (const one of all) {
      if (one.reversal || one.timeMs < period.fromMs || one.timeMs >= period.untilMs) continue;
      payments++;
      const net = left.get(one)!;
      if (net === 0) continue;
      transactions++;
      cents += Math.min(15, Math.floor(net / 2)); // 50 %, half a cent down
      last = Math.max(last, one.timeMs);
    }
    return payments === 0 ? [] : [[period.id, transactions, Math.min(40, cents), last]];
  });
}

describe('totals', () => {
  const asNaive = (of: Totals) => fc.property(SOME, (all) => { expect(rows(of(all, PROGRAMME))).toEqual(naiveRows(all)); });
  it('are what the naive computation gives', () => { holds(asNaive(totals), 2000); });
  it('control: without reversals they are found out', () => { breaks(asNaive((all, programme) => totals(all.filter((one) => !one.reversal), programme))); });
  it('control: a cap of the period where totals are kept, not read, is found out', () => {
    breaks(asNaive((all, programme) => totals(all, programme).map((total) => ({ ...total, cashbackCents: total.accruedCents }))));
  });

  const anyOrder = (of: Totals) => fc.property(SOME.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
    ([all, shuffled]) => { expect(of(shuffled, PROGRAMME)).toEqual(of(all, PROGRAMME)); });
  it('are the same in any order', () => { holds(anyOrder(totals), 2000); });
  it('control: totals that forget the last record are found out', () => { breaks(anyOrder((all, programme) => totals(all.slice(0, -1), programme))); });

  it('round each payment, then sum, then cap', () => {
    const all = Array.from({ length: 3 }, (_, i) => record({ timeMs: JANUARY, amountCents: 25, link: String(i) }));
    expect(totals(all, PROGRAMME)).toMatchObject([{ accruedCents: 36, cashbackCents: 36 }]);
    expect(totals([...all, record({ timeMs: JANUARY, amountCents: 1000 })], PROGRAMME)).toMatchObject([{ transactions: 4, accruedCents: 51, cashbackCents: 40 }]);
  });

  it('have a row for a citizen all of whose payments were reversed, and none for reversals alone', () => {
    const reversal = record({ reversal: true, timeMs: JANUARY });
    expect(rows(totals([record({ timeMs: JANUARY }), reversal], PROGRAMME))).toEqual([['first', 0, 0, -Infinity]]);
    expect(totals([reversal], PROGRAMME)).toEqual([]);
  });

  it('count no payment of nothing', () => { expect(totals([record({ timeMs: JANUARY, amountCents: 0 })], PROGRAMME)).toMatchObject([{ transactions: 0 }]); });

  it('are corrected in the period of the payment, whatever the date of the reversal', () => {
    const all = [record({ timeMs: JANUARY, amountCents: 20 }), record({ timeMs: FEBRUARY, amountCents: 20 }), record({ reversal: true, correlated: true, timeMs: FEBRUARY, amountCents: 5 }),
      record({ correlated: true, timeMs: JANUARY, amountCents: 15 })];
    expect(rows(totals(all, PROGRAMME))).toEqual([['first', 2, 15, JANUARY], ['second', 1, 10, FEBRUARY]]);
  });
});

describe('onTimeTotals', () => {
  it('are of each period the totals of what came before its deadline', () => {
    holds(fc.property(SOME, (all) => {
      const expected = PROGRAMME.periods.flatMap((period) => naiveRows(all.filter((one) => one.deadlinesPassed < period.rank)).filter(([id]) => id === period.id));
      expect(rows(onTimeTotals(all, PROGRAMME))).toEqual(expected);
    }), 2000);
  });

  const frozen = (of: Totals) => fc.property(SOME, SOME, (all, more) => {
    for (const period of PROGRAMME.periods) {
      const late = more.map((one) => ({ ...one, deadlinesPassed: Math.max(one.deadlinesPassed, period.rank) }));
      const ofPeriod = (some: readonly AppliedRecord[]) => of(some, PROGRAMME).filter((total) => total.period.id === period.id);
      expect(ofPeriod([...all, ...late])).toEqual(ofPeriod(all));
    }
  });
  it('never change for what comes past the deadline', () => { holds(frozen(onTimeTotals), 2000); });
  it('control: totals of all records do', () => { breaks(frozen(totals)); });

  it('keep the order of deadlines, which is not that of the periods', () => {
    expect([FIRST.rank, SECOND.rank]).toEqual([2, 1]);
    const all = [record({ timeMs: JANUARY, amountCents: 20, deadlinesPassed: 1 }), record({ timeMs: FEBRUARY, amountCents: 20, deadlinesPassed: 1 })];
    expect(rows(onTimeTotals(all, PROGRAMME))).toEqual([['first', 1, 10, JANUARY]]);
  });
});

describe('payCents', () => {
  it('is nothing without a total, or below the minimum of transactions; otherwise the capped cashback', () => {
    const of = (...amounts: readonly number[]): number =>
      payCents(totals(amounts.map((amountCents, i) => record({ timeMs: JANUARY, amountCents, link: String(i) })), PROGRAMME)[0]);
    expect([of(), of(20), of(20, 20), of(100, 100, 100, 100)]).toEqual([0, 0, 20, 40]);
  });
});
