import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cappedCashbackCents, cashbackOfPaymentCents, payableCents } from '../../programme/cashback.ts';
import type { Period } from '../../programme/programme.ts';
import { periodWith } from './examples.ts';
import { breaks, holds } from './property.ts';

const AMOUNT_MAX = 99_999_999_999;

/** The nearest whole number to net × rate / 10000, by whole arithmetic; exactly between two, the lower one. */
function exact(netCents: number, { rateBasisPoints, transactionCapCents }: Period): number {
  const product = BigInt(netCents) * BigInt(rateBasisPoints);
  const below = product / 10_000n;
  const rest = product % 10_000n;
  return Math.min(transactionCapCents, Number(rest > 5_000n ? below + 1n : below));
}

type Rule = (netCents: number, period: Period) => number;
const halfUp: Rule = (netCents, period) => Math.min(period.transactionCapCents, Math.round((netCents * period.rateBasisPoints) / 10_000));
const inFloats: Rule = (netCents, period) => Math.min(period.transactionCapCents, Math.ceil(netCents * (period.rateBasisPoints / 10_000) - 0.5));

/** Amounts from 0 to 300 euro whose cashback is not exact. */
function wrongCents(rule: Rule, period: Period): number[] {
  return Array.from({ length: 30_001 }, (_, netCents) => netCents).filter((netCents) => rule(netCents, period) !== exact(netCents, period));
}

describe('cashback of a payment', () => {
  it.each([0, 1, 50, 333, 1000, 1250, 2500, 5000, 9999, 10_000])('at %i basis points is exact for every cent from 0 to 30,000', (rateBasisPoints) => {
    expect(wrongCents(cashbackOfPaymentCents, periodWith({ rateBasisPoints, transactionCapCents: 1e9 }))).toEqual([]);
    expect(wrongCents(cashbackOfPaymentCents, periodWith({ rateBasisPoints }))).toEqual([]);
  });

  it('control: rounding half up is wrong at every half cent, and floats somewhere', () => {
    expect(wrongCents(halfUp, periodWith({ transactionCapCents: 1e9 })).slice(0, 3)).toEqual([5, 15, 25]);
    expect([333, 1250, 9999].flatMap((rateBasisPoints) => wrongCents(inFloats, periodWith({ rateBasisPoints, transactionCapCents: 1e9 })))).not.toEqual([]);
  });

  it.each([[0, 0], [5, 0], [6, 1], [14, 1], [15, 1], [16, 2], [1000, 100], [14_995, 1499], [14_996, 1500], [15_000, 1500], [15_006, 1500], [AMOUNT_MAX, 1500]])(
    'of %i cents at 10 %%: %i', (netCents, cents) => { expect(cashbackOfPaymentCents(netCents, periodWith({}))).toBe(cents); },
  );

  const bounded = (rule: Rule) => fc.property(
    fc.nat(AMOUNT_MAX), fc.nat(10_000), fc.oneof(fc.nat(2000), fc.nat(AMOUNT_MAX)), (netCents, rateBasisPoints, transactionCapCents) => {
      const period = periodWith({ rateBasisPoints, transactionCapCents });
      const cents = rule(netCents, period);
      expect(cents).toBe(exact(netCents, period));
      expect(cents).toBeGreaterThanOrEqual(0);
      expect(cents).toBeLessThanOrEqual(Math.min(transactionCapCents, netCents));
    },
  );
  it('is exact to the largest amount, at any rate, from 0 to its cap and never above the amount', () => { holds(bounded(cashbackOfPaymentCents), 5000); });
  it('control: without the cap it is found out', () => { breaks(bounded((netCents, period) => exact(netCents, { ...period, transactionCapCents: Infinity }))); });
});

describe('a citizen in a period', () => {
  it('has no more than the cap of the period', () => {
    expect([14_999, 15_000, 15_001].map((cents) => cappedCashbackCents(cents, periodWith({})))).toEqual([14_999, 15_000, 15_000]);
  });

  it('is paid from the minimum of transactions on', () => {
    expect([0, 9, 10, 11].map((transactions) => payableCents(500, transactions, periodWith({})))).toEqual([0, 0, 500, 500]);
    expect(payableCents(500, 0, periodWith({ minimumTransactions: 0 }))).toBe(500);
  });
});
