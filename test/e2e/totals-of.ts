/** What `status` and HTTP must say of each citizen, from the totals that `replay` gives. Contract, section 6. */
import type { DataSet } from './data-set.ts';

export interface PeriodAnswer {
  readonly period: string;
  readonly transactions: number;
  readonly cashbackCents: number;
  readonly minimumTransactions: number;
  readonly closed: boolean;
}

/** By citizen, in the order of periods; all periods are closed. */
export function totalsOf({ expected, programme }: DataSet): ReadonlyMap<string, readonly PeriodAnswer[]> {
  const byCitizen = new Map<string, PeriodAnswer[]>();
  for (const line of expected.totals.split('\n').slice(1, -1)) {
    const [citizenId, period, transactions, cashbackCents] = line.split(',') as [string, string, string, string];
    const { minimumTransactions } = programme.periods.find(({ id }) => id === period)!;
    const answers = byCitizen.get(citizenId) ?? [];
    byCitizen.set(citizenId, [...answers, {
      period, transactions: Number(transactions), cashbackCents: Number(cashbackCents), minimumTransactions, closed: true,
    }]);
  }
  return byCitizen;
}
