/**
 * Matching reversals to payments (contract, section 2 rule 4).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchReversals, type AppliedRecord } from '../../programme/matching.ts';
import { breaks, holds } from './property.ts';
import { naiveMatch, record, records, type Match } from './records.ts';

/** Payments as text, with what is left: two that cannot be told apart stand for each other. */
function outcome(all: readonly AppliedRecord[], match: Match): string[] {
  const netCents = match(all);
  return all.filter((one) => !one.reversal)
    .map((one) => `${one.link} at ${one.timeMs} of ${one.amountCents}: ${netCents.get(one) ?? one.amountCents}`).sort();
}

const payment = (timeMs: number, amountCents = 100): AppliedRecord => record({ timeMs, amountCents });
const reversal = (timeMs: number, amountCents = 100): AppliedRecord => record({ reversal: true, timeMs, amountCents });
const correlated = (one: AppliedRecord): AppliedRecord => record({ ...one, link: 'L', correlated: true });
const left = (...all: readonly AppliedRecord[]): number[] => {
  const netCents = matchReversals(all);
  return all.filter((one) => !one.reversal).map((one) => netCents.get(one) ?? one.amountCents);
};

describe('with a correlationId', () => {
  const p = (timeMs: number, amountCents: number): AppliedRecord => correlated(payment(timeMs, amountCents));
  const r = (timeMs: number, amountCents: number): AppliedRecord => correlated(reversal(timeMs, amountCents));

  it('may be partial', () => { expect(left(p(1, 100), r(2, 30))).toEqual([70]); });
  it('adds up', () => { expect(left(p(1, 100), r(2, 30), r(3, 50))).toEqual([20]); });
  it('takes no more than there is', () => { expect(left(p(1, 100), r(2, 80), r(3, 80))).toEqual([0]); });
  it('takes from the payments in time order, each down to 0 before the next', () => {
    expect(left(p(3, 100), p(1, 100), p(2, 100), r(9, 150))).toEqual([100, 0, 50]);
  });
  it('takes the larger amount of one instant first', () => { expect(left(p(1, 50), p(1, 100), r(2, 120))).toEqual([30, 0]); });
  it('may come before its payment, and be dated before it', () => { expect(left(r(1, 30), p(2, 100))).toEqual([70]); });
  it('waits without a payment', () => { expect(matchReversals([r(1, 30)]).size).toBe(0); });
  it('leaves another correlationId alone', () => {
    expect(left(p(1, 100), record({ reversal: true, correlated: true, link: 'other', timeMs: 2, amountCents: 30 }))).toEqual([100]);
  });
});

describe('without a correlationId', () => {
  it('is total', () => { expect(left(payment(1), reversal(2))).toEqual([0]); });
  it('takes the latest payment at or before its own time', () => { expect(left(payment(1), payment(2), payment(4), reversal(3))).toEqual([100, 0, 100]); });
  it('takes one of the same instant', () => { expect(left(payment(1), payment(2), reversal(2))).toEqual([100, 0]); });
  it('takes each payment once', () => { expect(left(payment(1), payment(2), payment(3), reversal(3), reversal(3))).toEqual([100, 0, 0]); });
  it('waits when it finds none: the payment is later, or taken', () => {
    expect(left(payment(5), reversal(4))).toEqual([100]);
    expect(left(payment(1), payment(5), reversal(2), reversal(3))).toEqual([0, 100]);
  });
  it('comes in time order, whatever the order it is told in', () => {
    // The reversal of 2 takes the payment of 1, so that of 3 is left with none.
    expect(left(payment(1), reversal(3), reversal(2), payment(4))).toEqual([0, 100]);
    expect(left(payment(1), payment(3), reversal(4), reversal(2))).toEqual([0, 0]);
  });
  it('never meets a correlated payment', () => { expect(left(correlated(payment(1)), reversal(2))).toEqual([100]); });
});

const SOME = records([1, 2, 3, 4, 5]);

describe('any records', () => {
  const asNaive = (match: Match) => fc.property(SOME, (all) => { expect(outcome(all, match)).toEqual(outcome(all, naiveMatch)); });
  it('come to what the naive matching says', () => { holds(asNaive(matchReversals), 3000); });
  it('control: the earliest payment instead of the latest is found out', () => {
    breaks(asNaive((all) => matchReversals(all.map((one) => (one.correlated ? one : { ...one, timeMs: -one.timeMs })))));
  });
  it('control: a reversal that looks at no dates is found out', () => {
    breaks(asNaive((all) => new Map(all.filter((one) => !one.reversal)
      .map((one) => [one, all.some((other) => other.reversal && other.link === one.link) ? 0 : one.amountCents]))));
  });

  const anyOrder = (match: Match) => fc.property(
    SOME.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
    ([all, shuffled]) => { expect(outcome(shuffled, match)).toEqual(outcome(all, match)); },
  );
  it('come to the same in any order', () => { holds(anyOrder(matchReversals), 2000); });
  it('control: matching in the order told is found out', () => {
    breaks(anyOrder((all) => {
      const inOrder = new Map(all.map((one, i) => [{ ...one, timeMs: i }, one]));
      return new Map([...matchReversals([...inOrder.keys()])].map(([one, netCents]) => [inOrder.get(one)!, netCents]));
    }));
  });

  const conserving = (match: Match) => fc.property(SOME, (all) => {
    const netCents = match(all);
    for (const [one, cents] of netCents) {
      expect(one.reversal).toBe(false);
      expect(cents).toBeGreaterThanOrEqual(0);
      expect(cents).toBeLessThanOrEqual(one.amountCents);
    }
    for (const ofLink of Map.groupBy(all.filter((one) => one.correlated), (one) => one.link).values()) {
      const sum = (some: readonly AppliedRecord[], of: (one: AppliedRecord) => number): number => some.reduce((cents, one) => cents + of(one), 0);
      const payments = ofLink.filter((one) => !one.reversal);
      const paidCents = sum(payments, (one) => one.amountCents);
      const reversedCents = sum(ofLink.filter((one) => one.reversal), (one) => one.amountCents);
      expect(sum(payments, (one) => netCents.get(one) ?? one.amountCents)).toBe(Math.max(0, paidCents - reversedCents));
    }
  });
  it('lose no cent: what is left is what was paid less what was reversed, not below 0', () => { holds(conserving(matchReversals), 2000); });
  it('control: a reversal that counts for every payment is found out', () => {
    breaks(conserving((all) => new Map(all.filter((one) => !one.reversal).map((one) => [one, Math.max(0, one.amountCents
      - all.filter((other) => other.reversal && other.link === one.link).reduce((cents, other) => cents + other.amountCents, 0))]))));
  });
});
