/**
 * The programme of the contract (section 1), and smaller ones for tests.
 */
import { parseProgramme } from '../../programme/parse.ts';
import type { Period, Programme } from '../../programme/programme.ts';

export const CHRISTMAS = {
  id: '2020-christmas', from: '2020-12-08', until: '2021-01-01', grace: 'P30D',
  rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 10,
} as const;

export const FIRST_HALF = {
  id: '2021-h1', from: '2021-01-01', until: '2021-07-01', grace: 'P30D',
  rateBasisPoints: 1000, transactionCapCents: 1500, periodCapCents: 15_000, minimumTransactions: 50,
  superCashback: { ranks: 100_000, cents: 150_000 },
} as const;

/** As JSON would have it. */
export const FILE = {
  programme: 'cashback-2020', timeZone: 'Europe/Rome', currency: '978', periods: [CHRISTMAS, FIRST_HALF],
} as const;

export const PROGRAMME: Programme = parseProgramme(JSON.stringify(FILE));

/** A programme of these periods; what is not given is as in the first period of the contract. */
export function programmeOf(...periods: readonly (Partial<Record<keyof typeof FIRST_HALF, unknown>> & { id: string })[]): Programme {
  return parseProgramme(JSON.stringify({ ...FILE, periods: periods.map((period) => ({ ...CHRISTMAS, ...period })) }));
}

/** A period with other amounts. */
export function periodWith(change: Partial<Period>): Period {
  return { ...PROGRAMME.periods[0]!, ...change };
}

/** Milliseconds since the epoch of a well-formed instant, without the parser under test. */
export function ms(instant: string): number {
  return Date.parse(instant);
}
