/**
 * A citizen's totals as anybody may ask for them: `status --json` and `GET /citizens/:id`.
 *
 * Source: contract, section 6. Computed from the citizen's records at each question (some 40 µs), so never older than
 * the fold; a closed period's total is made of what arrived before its deadline, and never changes.
 */
import { onTimeTotals } from '../programme/totals.ts';
import type { Context } from '../processors/context.ts';
import { recordsOf } from '../processors/ledger-entry.ts';
import { partitionOf } from '../topology/partition-of.ts';

export interface CitizenStatus {
  readonly citizenId: string;
  readonly periods: readonly {
    readonly period: string;
    readonly transactions: number;
    readonly cashbackCents: number;
    readonly minimumTransactions: number;
    readonly closed: boolean;
  }[];
}

/** Periods with at least one applied payment, in time order; an unknown citizen has none. */
export async function citizenStatus(context: Context, citizenId: string): Promise<CitizenStatus> {
  const { citizens, programme, partitions } = context;
  const shard = partitionOf(Buffer.from(citizenId), partitions('citizen-ledger'));
  const { standing, sets } = await citizens.sets(shard, [citizenId]);
  return {
    citizenId,
    periods: onTimeTotals(recordsOf(sets[0]!), programme).map(({ period, transactions, cashbackCents }) => ({
      period: period.id, transactions, cashbackCents, minimumTransactions: period.minimumTransactions,
      closed: standing.frozen >= period.rank,
    })),
  };
}

export const CITIZEN_ID = /^[A-Za-z0-9._:-]{1,64}$/;
