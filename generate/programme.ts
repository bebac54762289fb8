/**
 * The programme that a data set is made for: the contract's own (section 1), scaled to the data.
 *
 * Two payments a citizen would never reach 50, and a prize for 100,000 ranks would go to everybody; so the minimum and
 * the ranks shrink with the data, never above the real ones.
 */
import type { Calendar } from './calendar.ts';

export const TIME_ZONE = 'Europe/Rome';
export const CURRENCY = '978';
/** Both periods' grace is P30D. */
const GRACE_DAYS = 30;

const CHRISTMAS = { id: '2020-christmas', from: '2020-12-08', until: '2021-01-01', minimumTransactions: 10 };
const FIRST_HALF = { id: '2021-h1', from: '2021-01-01', until: '2021-07-01', minimumTransactions: 50 };
const SUPER_CASHBACK = { ranks: 100_000, cents: 150_000 };

/** A period in day numbers: from the first day, before `untilDay`; a payment is late from `deadlineDay` on. */
export interface PeriodDays {
  readonly id: string;
  readonly fromDay: number;
  readonly untilDay: number;
  readonly deadlineDay: number;
}

export function periodDays(calendar: Calendar): readonly PeriodDays[] {
  return [CHRISTMAS, FIRST_HALF].map(({ id, from, until }) => {
    const untilDay = calendar.indexOf(until);
    return { id, fromDay: calendar.indexOf(from), untilDay, deadlineDay: untilDay + GRACE_DAYS };
  });
}

/**
 * The programme file's JSON.
 * @param paymentsPerCitizen the mean to be expected in each period, in order
 */
export function programmeJson(citizens: number, paymentsPerCitizen: readonly number[]): string {
  const periods = [CHRISTMAS, FIRST_HALF].map(({ id, from, until, minimumTransactions }, index) => {
    // 0.6 of the mean: activity is skewed, so a good part of the citizens reaches it, and a good part does not.
    const reachable = Math.max(1, Math.round(paymentsPerCitizen[index]! * 0.6));
    return {
      id, from, until, grace: `P${GRACE_DAYS}D`,
      rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000,
      minimumTransactions: Math.min(minimumTransactions, reachable),
      ...(id === FIRST_HALF.id && {
        superCashback: { ...SUPER_CASHBACK, ranks: Math.min(SUPER_CASHBACK.ranks, Math.max(1, Math.round(citizens / 100))) },
      }),
    };
  });
  const programme = { programme: 'cashback-2020', timeZone: TIME_ZONE, currency: CURRENCY, periods };
  return `${JSON.stringify(programme, null, 2)}\n`;
}
